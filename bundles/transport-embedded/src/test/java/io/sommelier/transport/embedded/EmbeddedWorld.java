package io.sommelier.transport.embedded;

import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.api.Welcome;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.controller.HealthSettings;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.spi.Mailbox;
import io.sommelier.testkit.FixedCredentials;
import io.sommelier.testkit.MemberPlan;
import io.sommelier.testkit.WatchedTransport;
import io.sommelier.testkit.World;
import io.sommelier.testkit.WorldMember;
import io.sommelier.testkit.WorldSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A controller with the embedded transport. */
final class EmbeddedWorld implements World {
    private final Controller controller;
    private final EmbeddedTransport transport = new EmbeddedTransport();
    private final WatchedTransport watched = new WatchedTransport(transport);
    private final CommandSender caller;
    private final Map<String, EmbeddedSender> senders = new ConcurrentHashMap<>();
    private final List<CountDownLatch> clogs = new CopyOnWriteArrayList<>();

    EmbeddedWorld(WorldSettings settings) {
        controller = new Controller(
                "controller-1",
                ControllerSettings.defaults()
                        .withKnownTargets(settings.knownTargets())
                        .withStreamIdle(settings.streamIdle())
                        .withProbeLimit(settings.probeLimit())
                        .withHealth(new HealthSettings(settings.healthPeriod(), 0, settings.healthTimeout(), 1)));
        controller.verifiers(settings.verifiers());
        controller.assigners(settings.assigners());
        controller.authorizers(settings.authorizers());
        controller.add(watched).toCompletableFuture().join();
        caller = transport.sender("caller", FixedCredentials.token("caller-secret"));
    }

    Controller controller() {
        return controller;
    }

    EmbeddedTransport embedded() {
        return transport;
    }

    @Override
    public CommandSender caller() {
        return caller;
    }

    @Override
    public CommandSender sender(String instance) {
        return senders.computeIfAbsent(instance, transport::sender);
    }

    @Override
    public void cutSender(String instance) {
        senders.get(instance).connector().cut();
    }

    @Override
    public void mailbox(Mailbox mailbox) {
        controller.mailbox(mailbox);
    }

    @Override
    public String callerInstance() {
        return "caller";
    }

    @Override
    public WorldMember member(MemberPlan plan) {
        Handle handle = connect(plan);
        EmbeddedMember member = handle.member();
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .until(() ->
                        member.welcome().isPresent() || member.lastGoodbye().isPresent());
        member.lastGoodbye().ifPresent(goodbye -> {
            member.close(Duration.ZERO);
            throw new HelloRefusedException(goodbye);
        });
        return handle;
    }

    @Override
    public Handle connect(MemberPlan plan) {
        MemberSpec.Builder spec = MemberSpec.of(plan.instance(), plan.targetId())
                .attributes(plan.attributes())
                .capacity(plan.capacity())
                .executor(plan.threads(), plan.queueCapacity())
                .credential(plan.credential());
        plan.handlers().forEach(plan.isDirect() ? spec::direct : spec::operation);
        CountDownLatch release = new CountDownLatch(1);
        clogs.add(release);
        return new Handle(transport.register(spec.build()), plan, caller, release);
    }

    @Override
    public WatchedTransport transport() {
        return watched;
    }

    /** A member. */
    record Handle(EmbeddedMember member, MemberPlan plan, CommandSender caller, CountDownLatch release)
            implements WorldMember {
        @Override
        public CommandSender sender() {
            return member.sender();
        }

        @Override
        public Optional<Welcome> welcome() {
            return member.welcome();
        }

        @Override
        public Optional<Goodbye> lastGoodbye() {
            return member.lastGoodbye();
        }

        @Override
        public void serve(String operation, CommandHandler handler) {
            if (plan.isDirect()) {
                member.addDirect(operation, handler);
            } else {
                member.add(operation, handler);
            }
        }

        @Override
        public void stopServing(String operation) {
            member.remove(operation);
        }

        /** A command is claimed when a thread takes it, so all threads are kept. */
        @Override
        public void clog() {
            CountDownLatch kept = new CountDownLatch(plan.threads());
            member.add(CLOG, (invocation, responder) -> {
                kept.countDown();
                release.await();
                responder.complete(Payload.empty());
            });
            for (int i = 0; i < plan.threads(); i++) {
                caller.send(Command.to(new Target(plan.targetId(), plan.instance()), CLOG)
                        .build());
            }
            try {
                if (!kept.await(10, TimeUnit.SECONDS)) {
                    throw new AssertionError(kept.getCount() + " threads took no command");
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void unclog() {
            release.countDown();
        }

        @Override
        public void close() {
            member.close(Duration.ofSeconds(5));
        }

        @Override
        public void cut() {
            member.cut();
            release.countDown();
        }
    }

    @Override
    public ControllerAdmin admin() {
        return controller.admin();
    }

    @Override
    public Stage stageInMemberQueue() {
        return Stage.SEND_QUEUE;
    }

    @Override
    public boolean limitsMessages() {
        return false;
    }

    @Override
    public void close() {
        clogs.forEach(CountDownLatch::countDown);
        controller.close(Duration.ofSeconds(1));
    }
}
