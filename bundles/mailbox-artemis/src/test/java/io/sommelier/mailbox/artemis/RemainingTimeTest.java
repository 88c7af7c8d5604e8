package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.Target;
import io.sommelier.runtime.artemis.ArtemisRuntime;
import io.sommelier.runtime.artemis.ArtemisSettings;
import io.sommelier.spi.Mailbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.protocol.core.Packet;
import org.apache.activemq.artemis.core.protocol.core.impl.wireformat.SessionReceiveMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much a command has left is measured on the broker's clock, wherever the controllers' clocks are. */
class RemainingTimeTest {
    private static final Mailbox.Origin ORIGIN = new Mailbox.Origin("", "", "node-1", 1);
    private static final Duration TTL = Duration.ofSeconds(10);

    @TempDir
    static Path data;

    private static TestBroker broker;

    @BeforeAll
    static void startBroker() {
        broker = new TestBroker(ArtemisSettings.defaults(data)
                        .withAddress("127.0.0.1", new ArtemisSettings.Ports(0, -1, -1, -1)))
                .start();
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    /** A monotonic clock with any origin, which a test may advance. */
    private static AtomicLong ahead(Duration by) {
        return new AtomicLong(by.toNanos());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 10, -10})
    void aCommandLosesWhatItWaitedAlthoughTheBrokersClockIsMinutesAway(long minutes) throws Exception {
        // what this controller sees of the broker's clock is shifted, for echoes and commands alike
        ArtemisRuntime far = new ArtemisRuntime(
                ArtemisSettings.defaults(data).withUrl("tcp://127.0.0.1:" + broker.corePort(), "", ""), state -> {});
        far.start();
        Awaitility.await().until(() -> far.core().isPresent());
        far.core().orElseThrow().takingLocator().addIncomingInterceptor((packet, connection) -> {
            shift(packet, TimeUnit.MINUTES.toMillis(minutes));
            return true;
        });
        AtomicLong ahead = ahead(Duration.ofHours(minutes));
        ArtemisMailbox sender = broker.mailbox("sender");
        ArtemisMailbox taker = new ArtemisMailbox("taker", TestBroker.quick(), () -> System.nanoTime() + ahead.get());
        taker.broker(far.core());
        TestBroker.awaitUp(taker);
        Target target = Target.of("cellar" + minutes);
        Command first = Command.to(target, "pour").ttl(TTL).build();
        Command second = Command.to(target, "pour").ttl(TTL).build();
        sender.put(first, ORIGIN, first.ttlNanos()).toCompletableFuture().join();
        sender.put(second, ORIGIN, second.ttlNanos()).toCompletableFuture().join();
        Recorder recorder = new Recorder();
        Mailbox.Intake intake = taker.open(target, recorder);

        intake.request(1);
        Mailbox.Waiting now = recorder.await(1).get(0);
        Duration left = now.command().ttl();
        ahead.addAndGet(Duration.ofSeconds(30).toNanos());
        intake.request(1);
        Mailbox.Waiting later = recorder.await(2).get(1);

        assertThat(left).isBetween(TTL.minusSeconds(5), TTL);
        assertThat(Duration.ofNanos(now.waitedNanos())).isLessThan(Duration.ofSeconds(5));
        assertThat(later.command().ttlNanos()).isNegative();
        assertThat(Duration.ofNanos(later.waitedNanos())).isBetween(Duration.ofSeconds(29), Duration.ofSeconds(36));
        assertThat(Duration.ofNanos(taker.counts().clockErrorNanos())).isLessThan(Duration.ofMillis(500));
        now.done();
        later.done();
        taker.stop().toCompletableFuture().get(10, TimeUnit.SECONDS);
        far.stop().toCompletableFuture().get(10, TimeUnit.SECONDS);
        broker.stop(sender);
    }

    private static void shift(Packet packet, long millis) {
        if (packet instanceof SessionReceiveMessage received) {
            Message message = received.getMessage();
            Object stamp = message.getObjectProperty(Message.HDR_INGRESS_TIMESTAMP);
            if (stamp instanceof Long at) {
                message.putLongProperty(Message.HDR_INGRESS_TIMESTAMP, at + millis);
            }
        }
    }

    @Test
    void aBrokerThatDoesNotStampIsNotUsedAndTheReasonSaysWhatToDo() throws Exception {
        ArtemisRuntime bare = new ArtemisRuntime(
                ArtemisSettings.defaults(data).withUrl("tcp://127.0.0.1:" + broker.corePort(), "", ""), state -> {});
        bare.start();
        Awaitility.await().until(() -> bare.core().isPresent());
        bare.core().orElseThrow().takingLocator().addIncomingInterceptor((packet, connection) -> {
            if (packet instanceof SessionReceiveMessage received) {
                received.getMessage().removeProperty(Message.HDR_INGRESS_TIMESTAMP);
            }
            return true;
        });
        ArtemisMailbox mailbox = new ArtemisMailbox("bare", TestBroker.quick());
        mailbox.broker(bare.core());

        Awaitility.await().until(() -> mailbox.state().contains("enable-ingress-timestamp"));
        assertThat(mailbox.isUp()).isFalse();
        mailbox.broker(Optional.empty());
        mailbox.stop().toCompletableFuture().get(10, TimeUnit.SECONDS);
        bare.stop().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
