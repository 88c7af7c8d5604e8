package io.sommelier.bench.core;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.bench.party.Load;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import io.sommelier.plain.PlainController;
import io.sommelier.transport.embedded.MemberSpec;
import java.util.Map;

/** A controller with a member and a sender in its own JVM. Thread-safe. */
public final class InJvm implements AutoCloseable {
    /** How many threads an executor has, on both sides. */
    public static final int HANDLER_THREADS = 4;

    private static final int CAPACITY = 1024;

    private final PlainController controller;
    private final CommandSender sender;
    private final Target target = Target.of(Names.target(1));

    /** @param direct whether the handler runs on the caller's thread */
    public InJvm(boolean direct) {
        controller = PlainController.start(Map.of("id", "bench", "port", "0"));
        MemberSpec.Builder member =
                MemberSpec.of("responder", target.targetId()).capacity(CAPACITY).executor(HANDLER_THREADS, CAPACITY);
        if (direct) {
            member.direct(Names.OPERATION, Answers.of(LoadShape.single(1, 0)));
        } else {
            member.operation(Names.OPERATION, Answers.of(LoadShape.single(1, 0)));
        }
        controller.embedded().register(member.build());
        sender = controller.sender("requester");
    }

    /** Sends one command; the caller has the payload. */
    public Call send(Payload payload) {
        return sender.send(Command.to(target, Names.OPERATION).payload(payload).build());
    }

    /** A caller's thread that sends commands of that shape. */
    public Load load(LoadShape shape, Meter meter) {
        Payload payload = Payload.copyOf(shape.payload());
        return new CallerLoad(
                answer -> send(payload).result().whenComplete(answer), shape.inFlight(), meter, this::close);
    }

    @Override
    public void close() {
        controller.close();
    }
}
