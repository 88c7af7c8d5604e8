package io.sommelier.controller;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Target;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Principal;
import io.sommelier.spi.TargetAssigner;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which target a connector serves: what the settings say, else what the first assigner says that says something, else what it asks for. Thread-safe; takes no lock to tell.
 *
 * <p>An assigner that has gone is expected back for the time of the hold, since it may be in the midst of an update: until then, or until one comes, no connector gets in that the settings say nothing of.
 */
final class TargetAssignment {
    private static final Logger LOG = LoggerFactory.getLogger(TargetAssignment.class);

    private final Controller controller;
    private volatile Present present = new Present(List.of(), false, 0);
    private volatile String lastFault = "";

    TargetAssignment(Controller controller) {
        this.controller = controller;
    }

    /** Those who are asked, and whether one of them went last, and when. */
    private record Present(List<TargetAssigner> assigners, boolean lacksOne, long sinceNanos) {}

    /** Asks these from now on, the first one first. */
    synchronized void assigners(List<TargetAssigner> changed) {
        boolean hasLost = changed.size() < present.assigners().size();
        present = new Present(List.copyOf(changed), hasLost, controller.nanos());
        lastFault = "";
    }

    /**
     * The target that is given to a connector; empty when it only sends.
     *
     * @throws HelloRefusedException when it is given none
     */
    String targetOf(Hello hello, Principal principal) {
        String asked = hello.targetId();
        if (asked.isEmpty()) {
            return asked;
        }
        String set = controller.settings().assignedTargets().get(asked);
        if (set != null) {
            return set;
        }
        Present now = present;
        if (now.lacksOne()
                && controller.nanos() - now.sinceNanos()
                        < controller.settings().hold().limit().toNanos()) {
            throw refusal("who says which target " + hello.instance() + " serves has just gone");
        }
        for (TargetAssigner assigner : now.assigners()) {
            Optional<String> given = ask(assigner, hello, principal);
            if (given.isPresent()) {
                return given.get();
            }
        }
        return asked;
    }

    private Optional<String> ask(TargetAssigner assigner, Hello hello, Principal principal) {
        try {
            Optional<String> given = assigner.assign(hello, principal);
            if (given == null) {
                throw new IllegalArgumentException("null is no answer");
            }
            given.ifPresent(Target::of); // checks the name
            return given;
        } catch (HelloRefusedException refused) {
            throw refused;
        } catch (RuntimeException | LinkageError defect) {
            String fault = assigner.getClass().getName() + ": " + defect;
            if (!fault.equals(lastFault)) {
                lastFault = fault;
                LOG.warn(
                        "{} cannot say which target {} serves",
                        assigner.getClass().getName(),
                        hello.instance(),
                        defect);
            }
            throw refusal("it cannot be said now which target " + hello.instance() + " serves");
        }
    }

    private static HelloRefusedException refusal(String message) {
        return new HelloRefusedException(new Goodbye(CloseReason.OTHER, true, message));
    }
}
