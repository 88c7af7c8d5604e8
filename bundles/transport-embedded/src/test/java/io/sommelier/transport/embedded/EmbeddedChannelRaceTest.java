package io.sommelier.transport.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Payload;
import io.sommelier.spi.Channel;
import io.sommelier.testkit.FakeAcceptor;
import io.sommelier.testkit.FakeOutgoing;
import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A command at its handler against the end of its channel and against its cancel: whoever comes first, the entry is told once, in order, or not at all. */
@Timeout(60)
class EmbeddedChannelRaceTest {
    private static final int RUNS = 1_000;
    private static final Command POUR = Command.to("cellar", "pour").build();
    private static final Goodbye LOST = new Goodbye(CloseReason.LOST, false, "made up");
    private static final CommandHandler STREAM = (invocation, responder) -> {
        responder.data(Payload.ofText("x"));
        responder.data(Payload.ofText("y"));
        responder.complete(Payload.empty());
    };

    private final ExecutorService other = Executors.newSingleThreadExecutor();
    private final FakeAcceptor acceptor = new FakeAcceptor();
    private final EmbeddedTransport transport = new EmbeddedTransport();

    @AfterEach
    void stop() {
        other.shutdownNow();
    }

    private interface Racer {
        void run(Channel channel, FakeOutgoing outgoing);
    }

    private void race(boolean isDirect, Racer ending) throws Exception {
        transport.start(acceptor);
        FakeOutgoing[] outgoing = new FakeOutgoing[1];
        FakeAcceptor.Session[] session = new FakeAcceptor.Session[1];
        CyclicBarrier barrier = new CyclicBarrier(2);
        Future<?> running = other.submit(() -> {
            for (int i = 0; i < RUNS; i++) {
                barrier.await();
                ending.run(session[0].channel(), outgoing[0]);
                barrier.await();
            }
            return null;
        });
        for (int i = 0; i < RUNS; i++) {
            MemberSpec.Builder spec = MemberSpec.of("a", "cellar").executor(1, 1);
            EmbeddedMember member = transport.register(
                    (isDirect ? spec.direct("pour", STREAM) : spec.operation("pour", STREAM)).build());
            session[0] = acceptor.last();
            outgoing[0] = new FakeOutgoing(POUR, 100);
            barrier.await();
            boolean isTaken = session[0].channel().offer(outgoing[0]);
            barrier.await();
            FakeOutgoing ended = outgoing[0];
            if (isTaken) {
                await().pollInSameThread().pollInterval(Duration.ofNanos(1)).until(ended::isSettled);
            } else {
                assertThat(ended.isSettled()).isFalse();
            }
            session[0].channel().close(LOST);
            FakeAcceptor.Session told = session[0];
            await().pollInSameThread()
                    .pollInterval(Duration.ofNanos(1))
                    .until(() -> told.goodbye().isPresent());
            member.close(Duration.ZERO);
            assertThat(ended.faults()).isEmpty();
        }
        running.get();
    }

    @Test
    void aDirectHandlerAgainstTheLossOfTheChannel() throws Exception {
        race(true, (channel, outgoing) -> channel.close(LOST));
    }

    @Test
    void aHandlerOnTheExecutorAgainstTheLossOfTheChannel() throws Exception {
        race(false, (channel, outgoing) -> channel.close(LOST));
    }

    @Test
    void aHandlerOnTheExecutorAgainstItsCancel() throws Exception {
        race(false, (channel, outgoing) -> {
            if (outgoing.isClaimed()) {
                outgoing.cancelled();
                channel.cancel(outgoing, "made up");
            }
        });
    }
}
