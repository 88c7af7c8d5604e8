package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.spi.Mailbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker goes, and comes back on the same directory. */
@Timeout(120)
class BrokerLossTest {
    private static final Mailbox.Origin ORIGIN = new Mailbox.Origin("", "anna", "node-1", 1);
    private static final Target CELLAR = Target.of("cellar");

    @TempDir
    Path data;

    private TestBroker broker;
    private ArtemisMailbox mailbox;

    @BeforeEach
    void start() {
        broker = TestBroker.in(data).start();
        mailbox = broker.mailbox("one");
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private Command put(boolean durable) {
        Command command = Command.to(CELLAR, "pour")
                .ttl(Duration.ofMinutes(5))
                .durable(durable)
                .build();
        mailbox.put(command, ORIGIN, command.ttlNanos())
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
        return command;
    }

    private void restart() throws Exception {
        broker.stop();
        broker.start();
    }

    private static List<CommandId> ids(List<Mailbox.Waiting> waiting) {
        return waiting.stream().map(each -> each.command().id()).toList();
    }

    @Test
    void durableCommandsSurviveARestartAndOthersDoNot() throws Exception {
        Command durable = put(true);
        put(false);

        restart();
        Recorder recorder = new Recorder();
        mailbox.open(CELLAR, recorder).request(5);

        assertThat(ids(recorder.await(1))).containsExactly(durable.id());
        assertThat(recorder.came().get(0).deliveries()).isEqualTo(1);
        Command last = put(false);
        assertThat(ids(recorder.await(2))).containsExactly(durable.id(), last.id());
    }

    @Test
    void anOpenIntakeGoesOnAfterARestart() throws Exception {
        Recorder recorder = new Recorder(true);
        mailbox.open(CELLAR, recorder).request(2);
        put(true);
        recorder.await(1);

        restart();
        put(true);

        recorder.await(2);
        assertThat(recorder.came().get(1).deliveries()).isEqualTo(1);
    }

    @Test
    void whatIsWorkedOnKeepsItsAcknowledgementOverARestartAndIsNotHandedOverAgain() throws Exception {
        Command held = put(true);
        Recorder recorder = new Recorder();
        Mailbox.Intake intake = mailbox.open(CELLAR, recorder);
        intake.request(1);
        Mailbox.Waiting waiting = recorder.await(1).get(0);

        restart();
        intake.request(1);
        await().until(() -> mailbox.counts().reattached() == 1);
        Command next = put(true);
        assertThat(ids(recorder.await(2))).containsExactly(held.id(), next.id());
        waiting.done();

        restart();
        ArtemisMailbox other = broker.mailbox("other");
        Recorder rest = new Recorder();
        broker.stop(mailbox);
        other.open(CELLAR, rest).request(5);
        assertThat(ids(rest.await(1))).containsExactly(next.id());
        assertThat(rest.came().get(0).deliveries()).isGreaterThan(1);
    }

    @Test
    void whatWasDoneWhileTheBrokerWasAwayIsAcknowledgedWhenItComesAgain() throws Exception {
        put(true);
        Recorder recorder = new Recorder();
        Mailbox.Intake intake = mailbox.open(CELLAR, recorder);
        intake.request(1);
        Mailbox.Waiting waiting = recorder.await(1).get(0);

        broker.stop();
        waiting.done();
        broker.start();
        intake.request(1);

        await().until(() -> mailbox.counts().acknowledgedAgain() == 1);
        Command next = put(true);
        assertThat(ids(recorder.await(2)).get(1)).isEqualTo(next.id());
    }

    @Test
    void whatWentBackWhileTheBrokerWasAwayComesAgainAndDidNotCount() throws Exception {
        put(true);
        Recorder recorder = new Recorder();
        Mailbox.Intake intake = mailbox.open(CELLAR, recorder);
        intake.request(1);
        Mailbox.Waiting waiting = recorder.await(1).get(0);

        broker.stop();
        waiting.back();
        broker.start();
        intake.request(1);

        assertThat(recorder.await(2).get(1).deliveries()).isEqualTo(1);
    }

    @Test
    void whatWasHeldByAProcessThatEndedCountsAsDelivered() throws Exception {
        Command held = put(true);
        Recorder recorder = new Recorder();
        mailbox.open(CELLAR, recorder).request(1);
        recorder.await(1);

        broker.stop(mailbox);
        mailbox = broker.mailbox("next");
        Recorder second = new Recorder();
        mailbox.open(CELLAR, second).request(1);

        assertThat(ids(second.await(1))).containsExactly(held.id());
        assertThat(second.came().get(0).deliveries()).isEqualTo(2);
    }

    @Test
    void withoutABrokerACommandIsRefusedAtOnceAndNothingIsSent() throws Exception {
        broker.stop();
        await().until(() -> !mailbox.isUp());

        assertThatThrownBy(() -> mailbox.put(Command.to(CELLAR, "pour").build(), ORIGIN, 1_000_000_000L)
                        .toCompletableFuture()
                        .get(2, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(CommandException.class, e -> {
                    assertThat(e.error().code()).isEqualTo(ErrorCode.MAILBOX_UNAVAILABLE);
                    assertThat(e.error().outcome()).isEqualTo(Outcome.NOT_SENT);
                });
        assertThat(mailbox.state()).startsWith("DOWN");
        broker.start();
        put(true);
    }

    @Test
    void underTrafficAndRestartsNoConfirmedCommandIsLostAndNoneComesTwiceUnsaid() throws Exception {
        Map<CommandId, AtomicInteger> came = new ConcurrentHashMap<>();
        Set<CommandId> confirmed = ConcurrentHashMap.newKeySet();
        Set<CommandId> refused = ConcurrentHashMap.newKeySet();
        AtomicInteger unsaid = new AtomicInteger();
        Mailbox.Intake[] intake = new Mailbox.Intake[1];
        intake[0] = mailbox.open(CELLAR, waiting -> {
            int times = came.computeIfAbsent(waiting.command().id(), id -> new AtomicInteger())
                    .incrementAndGet();
            if (times > 1 && waiting.deliveries() == 1) {
                unsaid.incrementAndGet();
            }
            waiting.done();
            intake[0].request(1);
        });
        intake[0].request(50);
        AtomicBoolean goesOn = new AtomicBoolean(true);
        Thread sender = new Thread(() -> {
            while (goesOn.get()) {
                Command command = Command.to(CELLAR, "pour")
                        .durable(true)
                        .payload(Payload.ofText("x".repeat(200)))
                        .build();
                try {
                    mailbox.put(command, ORIGIN, command.ttlNanos())
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS);
                    confirmed.add(command.id());
                } catch (java.util.concurrent.ExecutionException e) {
                    if (((CommandException) e.getCause()).error().outcome() == Outcome.NOT_SENT) {
                        refused.add(command.id());
                    }
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        });
        sender.start();

        for (int round = 1; round <= 3; round++) {
            int least = round * 100;
            await().atMost(Duration.ofSeconds(20)).until(() -> confirmed.size() >= least);
            restart();
        }
        goesOn.set(false);
        sender.join(20_000);

        await().atMost(Duration.ofSeconds(20)).until(() -> came.keySet().containsAll(confirmed));
        assertThat(unsaid).hasValue(0);
        assertThat(came.keySet()).doesNotContainAnyElementsOf(refused);
        assertThat(came.values()).allMatch(times -> times.get() == 1);
    }
}
