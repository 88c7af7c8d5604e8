package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.runtime.artemis.ArtemisSettings;
import io.sommelier.spi.Mailbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Another attempt, and the end of all attempts: each is one transaction of the broker. */
@Timeout(60)
class RetryTest {
    private static final Target CELLAR = Target.of("cellar");
    private static final Mailbox.Origin ORIGIN = new Mailbox.Origin("bar-1", "anna", "node-1", 1);
    private static final CommandError WHY =
            CommandError.of(ErrorCode.ATTEMPTS_EXHAUSTED, Outcome.UNKNOWN, Stage.REPLY_WAIT, "thrice in vain");

    @TempDir
    Path data;

    private TestBroker broker;
    private ArtemisMailbox mailbox;

    @BeforeEach
    void start() {
        // An address may hold little, so that it can be filled.
        broker = new TestBroker(ArtemisSettings.defaults(data)
                        .withAddress("127.0.0.1", ArtemisSettings.Ports.NONE)
                        .withLimits(new ArtemisSettings.Limits(64 << 10, 64L << 20)))
                .start();
        mailbox = broker.mailbox("one");
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private Command put(boolean durable) {
        Command command = Command.to(CELLAR, "pour")
                .ttl(Duration.ofMinutes(1))
                .payload(Payload.ofText("red"))
                .idempotent(true)
                .durable(durable)
                .build();
        mailbox.put(command, ORIGIN, command.ttlNanos())
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
        return command;
    }

    private long messages(String queue) throws Exception {
        try (ClientSessionFactory connection = broker.core().connect();
                ClientSession session = broker.core().open(connection)) {
            return session.queueQuery(SimpleString.of(queue)).getMessageCount();
        }
    }

    @Test
    void aRetryComesOutAsTheNextAttemptAndTheOldOneIsGone() throws Exception {
        Command command = put(false);
        Command second = put(true);
        Recorder recorder = new Recorder();
        mailbox.open(CELLAR, recorder).request(10);
        List<Mailbox.Waiting> first = recorder.await(2);

        first.get(0).retry(2, Duration.ZERO);
        first.get(1).retry(2, Duration.ZERO);

        List<Mailbox.Waiting> came = recorder.await(4);
        assertThat(came.subList(2, 4))
                .extracting(each -> each.command().id())
                .containsExactly(command.id(), second.id());
        Mailbox.Waiting again = came.get(2);
        assertThat(again.origin()).isEqualTo(new Mailbox.Origin("bar-1", "anna", "node-1", 2));
        assertThat(again.deliveries()).isEqualTo(1);
        assertThat(again.command().payload().asText()).isEqualTo("red");
        assertThat(again.command().ttl()).isLessThan(Duration.ofMinutes(1));
        assertThat(came.get(3).command().durable()).isTrue();
        came.get(2).done();
        came.get(3).done();
        first.get(0).done(); // too late
        await().until(() -> messages("sommelier.command.cellar") == 0);
        assertThat(mailbox.counts().retried()).isEqualTo(2);
        assertThat(mailbox.counts().held()).isZero();
    }

    @Test
    void aDelayedRetryWaitsInTheBrokerOnTheBrokersClockAndOthersPassIt() throws Exception {
        Command command = put(true);
        Recorder recorder = new Recorder();
        mailbox.open(CELLAR, recorder).request(10);

        recorder.await(1).get(0).retry(2, Duration.ofSeconds(2));
        await().until(() -> mailbox.counts().held() == 0 && messages("sommelier.command.cellar") == 1);
        Command other = put(true);
        assertThat(recorder.await(2).get(1).command().id()).isEqualTo(other.id());
        recorder.came().get(1).done();
        assertThat(recorder.came()).hasSize(2);

        assertThat(recorder.await(3).get(2).command().id()).isEqualTo(command.id());
        assertThat(recorder.came().get(2).waitedNanos())
                .isGreaterThan(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void aRetryOutlivesTheBrokerWhenTheCommandIsDurable() throws Exception {
        Command command = put(true);
        Recorder recorder = new Recorder();
        mailbox.open(CELLAR, recorder).request(10);
        recorder.await(1).get(0).retry(2, Duration.ofMillis(1));
        recorder.await(2);

        broker.stop();
        broker.start();
        recorder.came().get(1).retry(3, Duration.ZERO);

        Mailbox.Waiting third = recorder.await(3).get(2);
        assertThat(third.command().id()).isEqualTo(command.id());
        assertThat(third.origin().attempt()).isEqualTo(3);
        third.done();
        await().until(() -> messages("sommelier.command.cellar") == 0);
    }

    @Test
    void aRetryThatIsAskedForWhileTheBrokerIsAwayIsDoneWhenTheMessageComesAgain() throws Exception {
        put(true);
        Recorder recorder = new Recorder();
        mailbox.open(CELLAR, recorder).request(10);
        Mailbox.Waiting first = recorder.await(1).get(0);

        broker.stop();
        first.retry(2, Duration.ZERO);
        broker.start();

        assertThat(recorder.await(2).get(1).origin().attempt()).isEqualTo(2);
        recorder.came().get(1).done();
        await().until(() -> messages("sommelier.command.cellar") == 0);
    }

    @Test
    void whatIsHeldBesideARetryIsNotTouched() throws Exception {
        put(true);
        put(true);
        Recorder recorder = new Recorder();
        mailbox.open(CELLAR, recorder).request(2);
        List<Mailbox.Waiting> first = recorder.await(2);

        first.get(0).retry(2, Duration.ZERO);
        await().until(() -> mailbox.counts().retried() == 1 && messages("sommelier.command.cellar") == 2);
        assertThat(recorder.came()).hasSize(2);
        first.get(1).done();

        await().until(() -> messages("sommelier.command.cellar") == 1);
    }

    @Test
    void whatIsGivenUpIsADeadLetterWithItsOriginItsReasonAndItsOutcome() throws Exception {
        Command command = put(false);
        Recorder recorder = new Recorder();
        mailbox.open(CELLAR, recorder).request(1);

        recorder.await(1).get(0).dead(WHY);

        await().until(() -> messages(QueueNames.DEAD) == 1);
        assertThat(messages("sommelier.command.cellar")).isZero();
        assertThat(mailbox.counts().givenUp()).isEqualTo(1);
        try (ClientSessionFactory connection = broker.core().connect();
                ClientSession session = broker.core().open(connection)) {
            session.start();
            ClientMessage dead = session.createConsumer(QueueNames.DEAD).receive(5000);
            MessageForm.Content content = MessageForm.read(dead);
            assertThat(content.command().id()).isEqualTo(command.id());
            assertThat(content.command().payload().asText()).isEqualTo("red");
            assertThat(content.origin()).isEqualTo(ORIGIN);
            assertThat(dead.isDurable()).isTrue();
            assertThat(dead.getStringProperty("sommelier_dead_reason")).isEqualTo("thrice in vain");
            assertThat(dead.getStringProperty("sommelier_dead_code")).isEqualTo("ATTEMPTS_EXHAUSTED");
            assertThat(dead.getStringProperty("sommelier_dead_outcome")).isEqualTo("UNKNOWN");
            assertThat(dead.getStringProperty("sommelier_dead_stage")).isEqualTo("REPLY_WAIT");
            assertThat(dead.getStringProperty("sommelier_dead_address")).isEqualTo("sommelier.command.cellar");
        }
    }

    @Test
    void whatTheDeadLettersHaveNoRoomForStaysAndGoesThereWhenThereIsRoom() throws Exception {
        try (ClientSessionFactory connection = broker.core().connect();
                ClientSession session = broker.core().open(connection)) {
            Queues.make(session, QueueNames.DEAD);
            var producer = session.createProducer(QueueNames.DEAD);
            try {
                for (int i = 0; i < 1000; i++) {
                    ClientMessage message = session.createMessage(true);
                    message.getBodyBuffer().writeBytes(new byte[2000]);
                    producer.send(message);
                }
            } catch (org.apache.activemq.artemis.api.core.ActiveMQException full) {
                assertThat(Queues.concernsOneQueue(full)).isTrue();
            }
            put(true);
            Recorder recorder = new Recorder();
            mailbox.open(CELLAR, recorder).request(5);

            recorder.await(1).get(0).dead(WHY);
            await().during(Duration.ofMillis(500))
                    .until(() -> messages("sommelier.command.cellar") == 1
                            && recorder.came().size() == 1);
            session.start();
            var consumer = session.createConsumer(QueueNames.DEAD);
            for (ClientMessage message = consumer.receiveImmediate();
                    message != null;
                    message = consumer.receiveImmediate()) {
                message.individualAcknowledge();
            }
        }
        await().until(() -> messages("sommelier.command.cellar") == 0 && messages(QueueNames.DEAD) == 1);
    }
}
