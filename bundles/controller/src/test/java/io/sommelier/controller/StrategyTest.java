package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.spi.Strategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose choice of a member counts. */
@Timeout(30)
class StrategyTest {

    @Test
    void theMemberThatTheStrategyPicksGetsTheCommand() {
        try (Node node = new Node()) {
            HandChannel one = node.member("one", 8, "pour");
            HandChannel two = node.member("two", 8, "pour");
            node.controller.strategy((members, command) -> members.instance(0).equals("two") ? 0 : 1);

            for (int i = 0; i < 4; i++) {
                node.send(Node.pour().build(), new RecordingReplyPath());
            }

            assertThat(one.queued()).isZero();
            assertThat(two.queued()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, Integer.MAX_VALUE})
    void aStrategyThatPicksNobodyWhoIsThereFailsNoCommand(int index) {
        commandIsQueuedWith((members, command) -> index);
    }

    @Test
    void aStrategyThatThrowsFailsNoCommand() {
        commandIsQueuedWith((members, command) -> {
            throw new IllegalStateException("out of order");
        });
    }

    private static void commandIsQueuedWith(Strategy strategy) {
        try (Node node = new Node()) {
            HandChannel member = node.member("one", 8, "pour");
            node.controller.strategy(strategy);
            Command command = Node.pour().build();

            node.send(command, new RecordingReplyPath());

            assertThat(member.queued()).isEqualTo(1);
        }
    }
}
