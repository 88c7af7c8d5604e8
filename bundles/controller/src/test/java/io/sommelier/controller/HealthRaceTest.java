package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CommandError;
import io.sommelier.api.Health;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.admin.HealthView.State;
import io.sommelier.spi.Outgoing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two things happen to a check at once; whoever wins, what is said of the member and what is done with it agree, and nothing is left. */
@Timeout(60)
class HealthRaceTest {
    private static final int ROUNDS = 300;
    private static final Duration PERIOD = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final HealthSettings ON = new HealthSettings(PERIOD, 0, TIMEOUT, 1);
    private static final HealthSettings OFF = new HealthSettings(Duration.ZERO, 0, TIMEOUT, 1);

    private final Node node = new Node(ControllerSettings.defaults().withHealth(ON));
    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    @AfterEach
    void close() {
        threads.shutdownNow();
        node.close();
    }

    private static Part up() {
        return Part.complete(Payload.empty()).build();
    }

    private static Part down() {
        return Part.failed(CommandError.executed("no barrel")).build();
    }

    private HandChannel member() {
        HandChannel channel = new HandChannel(16);
        node.join(channel, Hello.of("north").serves("cellar", List.of("pour", Health.OPERATION)));
        return channel;
    }

    private void race(Runnable one, Runnable other) throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        List<Future<?>> both = new ArrayList<>();
        for (Runnable task : List.of(one, other)) {
            both.add(threads.submit(() -> {
                start.await(10, TimeUnit.SECONDS);
                task.run();
                return null;
            }));
        }
        for (Future<?> done : both) {
            done.get(20, TimeUnit.SECONDS);
        }
        node.passes(Duration.ZERO);
    }

    private Outgoing asked(HandChannel member) {
        node.passes(PERIOD);
        assertThat(member.claimNext()).isTrue();
        return member.working();
    }

    /** It is down and gets nothing, or is not and does; and it is asked again in its turn. */
    private void isSound(HandChannel member) {
        Session session = Node.sessionOf(member);
        State state = session.healthView(node.clock.get()).state();
        assertThat(session.takesNew()).isEqualTo(state != State.DOWN);
    }

    private void isEmpty() {
        node.passes(Duration.ZERO);
        int[] left = node.onWheelThread(() -> new int[] {
            node.controller.health().members(), node.controller.health().planned()
        });
        assertThat(left).containsExactly(0, 0);
    }

    @Test
    void anAnswerAndTheEndOfItsTime() throws Exception {
        HandChannel member = member();
        for (int i = 0; i < ROUNDS; i++) {
            Outgoing check = asked(member);
            race(() -> check.part(up()), () -> node.passes(TIMEOUT));
            member.cancel(check, "forgotten");

            isSound(member);
            node.passes(PERIOD);
            assertThat(member.claimNext()).as("it is asked again").isTrue();
            member.answer(up());
            node.passes(Duration.ZERO);
        }
    }

    @Test
    void anAnswerAndTheLossOfTheChannel() throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            HandChannel member = member();
            Outgoing check = asked(member);
            race(() -> check.part(down()), member::lose);

            assertThat(Node.sessionOf(member).takesNew()).isFalse();
            isEmpty();
        }
    }

    @Test
    void anAnswerAndAChangeThatAsksNobodyAnyMore() throws Exception {
        HandChannel member = member();
        for (int i = 0; i < ROUNDS; i++) {
            Outgoing check = asked(member);
            race(() -> check.part(down()), () -> {
                node.controller.settings(ControllerSettings.defaults().withHealth(OFF));
                node.passes(Duration.ZERO);
            });
            member.cancel(check, "forgotten");
            node.passes(Duration.ZERO);

            assertThat(Node.sessionOf(member).takesNew()).isTrue();
            node.controller.settings(ControllerSettings.defaults().withHealth(ON));
            node.passes(Duration.ZERO);
        }
    }

    @Test
    void anAnswerAndTheOperationThatGoes() throws Exception {
        HandChannel member = member();
        for (int i = 0; i < ROUNDS; i++) {
            Outgoing check = asked(member);
            race(() -> check.part(down()), () -> member.peer.operations(Set.of("pour")));
            member.cancel(check, "forgotten");

            assertThat(Node.sessionOf(member).takesNew()).isTrue();
            isEmpty();
            member.peer.operations(Set.of("pour", Health.OPERATION));
        }
    }

    @Test
    void aQuestionAndTheDrainOfItsMember() throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            HandChannel member = member();
            node.passes(Duration.ZERO);
            race(() -> node.passes(PERIOD), member.peer::draining);

            assertThat(member.claimNext()).as("what is asked of it").isFalse();
            isEmpty();
            member.lose();
        }
    }

    @Test
    void anAnswerAndATakeover() throws Exception {
        HandChannel member = member();
        for (int i = 0; i < ROUNDS; i++) {
            HandChannel before = member;
            HandChannel after = new HandChannel(16);
            Outgoing check = asked(before);
            race(
                    () -> check.part(down()),
                    () -> node.join(
                            after,
                            Hello.of("north")
                                    .serves("cellar", List.of("pour", Health.OPERATION))
                                    .resumeToken(before.peer.welcome().resumeToken())));

            isSound(after);
            node.passes(PERIOD);
            assertThat(after.claimNext()).as("it is asked").isTrue();
            after.answer(up());
            node.passes(Duration.ZERO);
            isSound(after);
            assertThat(Node.sessionOf(after).takesNew()).isTrue();
            member = after;
        }
    }
}
