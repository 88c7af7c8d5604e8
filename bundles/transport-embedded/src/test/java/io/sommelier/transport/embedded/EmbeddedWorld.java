package io.sommelier.transport.embedded;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Stage;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.spi.HelloRefusedException;
import io.sommelier.testkit.FixedCredentials;
import io.sommelier.testkit.MemberPlan;
import io.sommelier.testkit.World;
import io.sommelier.testkit.WorldMember;
import io.sommelier.testkit.WorldSettings;
import java.time.Duration;
import org.awaitility.Awaitility;

/** A controller with the embedded transport. */
final class EmbeddedWorld implements World {
    private final Controller controller;
    private final EmbeddedTransport transport = new EmbeddedTransport();
    private final CommandSender caller;

    EmbeddedWorld(WorldSettings settings) {
        controller = new Controller(
                "controller-1",
                ControllerSettings.defaults()
                        .withKnownTargets(settings.knownTargets())
                        .withStreamIdle(settings.streamIdle()));
        controller.verifiers(settings.verifiers());
        controller.authorizers(settings.authorizers());
        controller.add(transport).toCompletableFuture().join();
        caller = transport.sender("caller", FixedCredentials.token("caller-secret"));
    }

    Controller controller() {
        return controller;
    }

    EmbeddedTransport transport() {
        return transport;
    }

    @Override
    public CommandSender caller() {
        return caller;
    }

    @Override
    public String callerInstance() {
        return "caller";
    }

    @Override
    public WorldMember member(MemberPlan plan) {
        MemberSpec.Builder spec = MemberSpec.of(plan.instance(), plan.targetId())
                .capacity(plan.capacity())
                .executor(plan.threads(), plan.queueCapacity())
                .credential(plan.credential());
        plan.handlers().forEach(plan.isDirect() ? spec::direct : spec::operation);
        EmbeddedMember member = transport.register(spec.build());
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .until(() ->
                        member.welcome().isPresent() || member.lastGoodbye().isPresent());
        member.lastGoodbye().ifPresent(goodbye -> {
            member.close(Duration.ZERO);
            throw new HelloRefusedException(goodbye);
        });
        return new Handle(member, plan.isDirect());
    }

    private record Handle(EmbeddedMember member, boolean isDirect) implements WorldMember {
        @Override
        public CommandSender sender() {
            return member.sender();
        }

        @Override
        public void serve(String operation, CommandHandler handler) {
            if (isDirect) {
                member.addDirect(operation, handler);
            } else {
                member.add(operation, handler);
            }
        }

        @Override
        public void stopServing(String operation) {
            member.remove(operation);
        }

        @Override
        public void close() {
            member.close(Duration.ofSeconds(5));
        }

        @Override
        public void cut() {
            member.cut();
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
        controller.close(Duration.ofSeconds(1));
    }
}
