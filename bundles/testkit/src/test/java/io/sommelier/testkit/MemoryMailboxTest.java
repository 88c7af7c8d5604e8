package io.sommelier.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.spi.Mailbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class MemoryMailboxTest {
    private static final Target CELLAR = Target.of("cellar");
    private static final Mailbox.Origin ORIGIN = new Mailbox.Origin("app", "anna", "controller-1", 1);

    private final FakeClock clock = new FakeClock();
    private final MemoryMailbox mailbox = new MemoryMailbox(clock);
    private final List<Mailbox.Waiting> came = new ArrayList<>();

    private Command put(Duration ttl) {
        Command command = Command.to(CELLAR, "pour").ttl(ttl).build();
        assertThat(mailbox.put(command, ORIGIN, command.ttlNanos()).toCompletableFuture())
                .isCompleted();
        return command;
    }

    private List<Object> ids() {
        return came.stream().map(waiting -> (Object) waiting.command().id()).toList();
    }

    @Test
    void nothingComesOutBeforeItIsAskedForAndNoMoreThanThat() {
        Command first = put(Duration.ofSeconds(10));
        put(Duration.ofSeconds(10));
        Mailbox.Intake intake = mailbox.open(CELLAR, came::add);
        assertThat(came).isEmpty();

        intake.request(1);

        assertThat(ids()).containsExactly(first.id());
        assertThat(mailbox.size(CELLAR)).isEqualTo(2);
    }

    @Test
    void whatIsAskedForInAdvanceComesOutWhenItIsPutIn() {
        mailbox.open(CELLAR, came::add).request(2);

        put(Duration.ofSeconds(10));

        assertThat(came).hasSize(1);
    }

    @Test
    void whatIsDoneIsGoneAndTheFirstWordCounts() {
        mailbox.open(CELLAR, came::add).request(2);
        put(Duration.ofSeconds(10));

        came.get(0).done();
        came.get(0).back();

        assertThat(mailbox.size(CELLAR)).isZero();
        assertThat(came).hasSize(1);
    }

    @Test
    void whatGoesBackComesOutFirstOnceMoreAndDoesNotCount() {
        Command first = put(Duration.ofSeconds(10));
        put(Duration.ofSeconds(10));
        Mailbox.Intake intake = mailbox.open(CELLAR, came::add);
        intake.request(1);

        came.get(0).back();
        intake.request(1);

        assertThat(ids()).containsExactly(first.id(), first.id());
        assertThat(came.get(1).deliveries()).isEqualTo(1);
    }

    @Test
    void whatIsRetriedComesOutLastAsTheNextAttemptWhenItsDelayIsOver() {
        Command first = put(Duration.ofSeconds(10));
        Command second = put(Duration.ofSeconds(10));
        Mailbox.Intake intake = mailbox.open(CELLAR, came::add);
        intake.request(1);
        clock.advance(Duration.ofSeconds(2));

        came.get(0).retry(2, Duration.ofSeconds(3));
        intake.request(5);
        assertThat(ids()).containsExactly(first.id(), second.id());
        clock.advance(Duration.ofSeconds(3));
        mailbox.look();

        assertThat(ids()).containsExactly(first.id(), second.id(), first.id());
        Mailbox.Waiting again = came.get(2);
        assertThat(again.origin()).isEqualTo(new Mailbox.Origin("app", "anna", "controller-1", 2));
        assertThat(again.command().ttl()).isEqualTo(Duration.ofSeconds(5));
        assertThat(again.deliveries()).isEqualTo(1);
        assertThat(mailbox.size(CELLAR)).isEqualTo(2);
    }

    @Test
    void whatIsGivenUpIsFoundWithItsOriginAndComesOutNoMore() {
        Command command = put(Duration.ofSeconds(10));
        Mailbox.Intake intake = mailbox.open(CELLAR, came::add);
        intake.request(2);
        CommandError why =
                CommandError.of(ErrorCode.ATTEMPTS_EXHAUSTED, Outcome.UNKNOWN, Stage.REPLY_WAIT, "thrice in vain");

        came.get(0).dead(why);
        came.get(0).back();

        assertThat(mailbox.dead()).containsExactly(new MemoryMailbox.Dead(command, ORIGIN, why));
        assertThat(mailbox.size(CELLAR)).isZero();
        assertThat(came).hasSize(1);
    }

    @Test
    void timeIsMeasuredOnTheClockOfTheMailbox() {
        Mailbox.Intake intake = mailbox.open(CELLAR, came::add);
        put(Duration.ofSeconds(10));

        clock.advance(Duration.ofSeconds(4));
        intake.request(1);

        assertThat(came.get(0).waitedNanos()).isEqualTo(Duration.ofSeconds(4).toNanos());
        assertThat(came.get(0).command().ttl()).isEqualTo(Duration.ofSeconds(6));
        assertThat(came.get(0).origin()).isEqualTo(ORIGIN);
    }

    @Test
    void whatIsSpentComesOutWithNothingLeft() {
        Mailbox.Intake intake = mailbox.open(CELLAR, came::add);
        put(Duration.ofSeconds(1));

        clock.advance(Duration.ofSeconds(4));
        intake.request(1);

        assertThat(came.get(0).command().ttlNanos()).isNegative();
    }

    @Test
    void aClosedIntakeGetsNothingMoreAndWhatItDidNotFinishStaysTaken() {
        Mailbox.Intake intake = mailbox.open(CELLAR, came::add);
        Command first = put(Duration.ofSeconds(10));
        intake.request(2);

        intake.close();
        Command second = put(Duration.ofSeconds(10));
        assertThat(came).hasSize(1);
        mailbox.open(CELLAR, came::add).request(2);
        assertThat(ids()).containsExactly(first.id(), second.id());
        came.get(0).back();

        assertThat(ids()).containsExactly(first.id(), second.id(), first.id());
    }

    @Test
    void whoPutsAndRequestsFromInsideTheListenerIsNotCalledInsideItself() {
        List<String> events = new ArrayList<>();
        Mailbox.Intake[] intake = new Mailbox.Intake[1];
        intake[0] = mailbox.open(CELLAR, waiting -> {
            events.add("in");
            if (events.size() < 6) {
                put(Duration.ofSeconds(1));
                intake[0].request(1);
            }
            events.add("out");
        });

        intake[0].request(1);
        put(Duration.ofSeconds(1));

        assertThat(events).containsExactly("in", "out", "in", "out", "in", "out", "in", "out");
    }

    @Test
    void anInstanceHasAMailboxOfItsOwn() {
        mailbox.open(new Target("cellar", "a"), came::add).request(1);

        put(Duration.ofSeconds(1));

        assertThat(came).isEmpty();
    }

    @Test
    void whileItIsUnavailableItTakesNothing() {
        mailbox.available(false);
        Command command = Command.to(CELLAR, "pour").build();

        assertThat(mailbox.put(command, ORIGIN, 1).toCompletableFuture()).isCompletedExceptionally();
        assertThat(mailbox.size(CELLAR)).isZero();
    }
}
