package io.sommelier.bench.waiting;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.bench.core.CallerLoad;
import io.sommelier.bench.core.Names;
import io.sommelier.bench.party.Load;
import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Meter;
import io.sommelier.mailbox.artemis.ArtemisMailbox;
import io.sommelier.mailbox.artemis.MailboxSettings;
import io.sommelier.plain.PlainController;
import io.sommelier.transport.embedded.EmbeddedMember;
import io.sommelier.transport.embedded.MemberSpec;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * A controller with mailboxes in a broker, a sender, and a member that comes and goes, all in this JVM. Thread-safe, but
 * for the member.
 */
public final class Mailboxes implements AutoCloseable {
    private static final int CAPACITY = 1024;
    private static final int LIMIT_SECONDS = 30;

    private final BrokerHome broker;
    private final ArtemisMailbox mailbox = new ArtemisMailbox("bench", MailboxSettings.defaults());
    private final PlainController controller;
    private final CommandSender sender;
    private final Target target = Target.of(Names.target(1));
    private EmbeddedMember member;

    /** Has no member yet. */
    public Mailboxes() throws InterruptedException {
        broker = BrokerHome.closed();
        controller = PlainController.start(Map.of("id", "bench", "port", "0", "knownTargets", target.targetId()));
        controller.mailbox(mailbox);
        mailbox.broker(Optional.of(broker.core()));
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!mailbox.isUp()) {
            if (System.nanoTime() - limit > 0) {
                throw new IllegalStateException("no mailboxes: " + mailbox.state());
            }
            Thread.sleep(1);
        }
        sender = controller.sender("requester");
    }

    /** The member comes; it answers on the thread that brings the command. */
    void come() {
        member = controller
                .embedded()
                .register(MemberSpec.of("responder", target.targetId())
                        .capacity(CAPACITY)
                        .direct(Names.OPERATION, answering())
                        .build());
    }

    private static CommandHandler answering() {
        return (invocation, responder) -> responder.complete(invocation.payload());
    }

    /** The member goes; completes when it has gone. */
    CompletableFuture<Void> go() {
        return member.close(Duration.ofSeconds(1)).toCompletableFuture();
    }

    /** Sends one command. */
    Call send(Payload payload, boolean durable) {
        return sender.send(Command.to(target, Names.OPERATION)
                .payload(payload)
                .durable(durable)
                .build());
    }

    /** The member is there, and every command is durable: it is on disk before the member gets it. */
    public Load durable(LoadShape shape, Meter meter) {
        Payload payload = Payload.copyOf(shape.payload());
        come();
        return new CallerLoad(
                answer -> send(payload, true).result().whenComplete(answer), shape.inFlight(), meter, this::close);
    }

    /** Commands are sent while the member is away, as many as the shape has in flight; then it comes, and goes again. */
    public Load waves(LoadShape shape, Meter meter) {
        Payload payload = Payload.copyOf(shape.payload());
        return new WaveLoad(new Commands(payload), shape.inFlight(), meter, this::close);
    }

    @Override
    public void close() {
        controller.close();
        mailbox.stop()
                .toCompletableFuture()
                .orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS)
                .join();
        broker.close();
    }

    private final class Commands implements WaveLoad.Tide {
        private final Payload payload;

        Commands(Payload payload) {
            this.payload = payload;
        }

        @Override
        public CompletableFuture<?> put(BiConsumer<Object, Throwable> answer) {
            Call call = send(payload, false);
            call.result().whenComplete(answer);
            return call.admitted().toCompletableFuture();
        }

        @Override
        public void open() {
            come();
        }

        @Override
        public void shut() {
            go().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
        }
    }
}
