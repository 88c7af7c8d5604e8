package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Outgoing;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every end is counted once, and what comes after the end is counted too. */
@Timeout(20)
class CountersTest {
    private final Node node = new Node();
    private final HandChannel member = node.member("north", 8, "pour", "count");
    private final RecordingReplyPath path = new RecordingReplyPath();

    @AfterEach
    void close() {
        node.close();
    }

    private Incoming send(String target, String operation) {
        return node.send(Command.to(target, operation).build(), new RecordingReplyPath());
    }

    private void answer(Part.Builder terminal) {
        member.claimNext();
        member.answer(terminal.build());
    }

    private static Part.Builder failed(Outcome outcome) {
        return Part.failed(CommandError.of(ErrorCode.HANDLER_FAILED, outcome, Stage.EXECUTION, "corked"));
    }

    @Test
    void endsAreCountedByTargetOperationAndOutcome() {
        for (int i = 0; i < 3; i++) {
            send("cellar", "pour");
            answer(Part.complete(Payload.empty()));
        }
        send("cellar", "count");
        answer(failed(Outcome.EXECUTED));
        send("cellar", "count");
        answer(failed(Outcome.REFUSED));
        send("cellar", "count").cancel("enough");
        send("cellar", "count");
        member.lose();

        assertThat(node.outcomes())
                .containsExactly(
                        "cellar count EXECUTED 1",
                        "cellar count NOT_SENT 2",
                        "cellar count REFUSED 1",
                        "cellar pour COMPLETED 3");
    }

    @Test
    void operationsThatNobodyEverServedShareOneRowSoThatCallersCannotGrowTheTable() {
        send("cellar", "smash");
        send("cellar", "burn");

        assertThat(node.outcomes()).containsExactly("cellar * NOT_SENT 2");
    }

    @Test
    void targetsThatNobodyEverNamedShareOneRowToo() {
        send("attic", "search");
        send("garage", "park");

        assertThat(node.outcomes()).containsExactly("* * NOT_SENT 2");
    }

    @Test
    void operationsKeepTheirRowWhenNobodyServesThemAnyMore() {
        send("cellar", "pour");
        answer(Part.complete(Payload.empty()));
        member.peer.operations(Set.of("count"));
        send("cellar", "pour");

        assertThat(node.outcomes()).containsExactly("cellar pour COMPLETED 1", "cellar pour NOT_SENT 1");
    }

    @Test
    void secondAttemptIsCountedOnce() {
        send("cellar", "pour");
        HandChannel south = node.member("south", 4, "pour");
        member.lose();
        south.claimNext();
        south.answer(Part.complete(Payload.empty()).build());

        assertThat(node.outcomes()).containsExactly("cellar pour COMPLETED 1");
    }

    @Test
    void partsAfterTheEndAreCountedAndDropped() {
        Incoming incoming = node.send(Node.pour().build(), path);
        member.claimNext();
        Outgoing working = member.working();
        incoming.cancel("enough");

        boolean dataTaken = working.part(Part.data(Payload.ofText("d")).build());
        boolean terminalTaken = working.part(Part.complete(Payload.empty()).build());

        assertThat(dataTaken).isFalse();
        assertThat(terminalTaken).isFalse();
        assertThat(node.controller.lateParts()).isEqualTo(2);
        assertThat(path.parts()).hasSize(1);
        assertThat(node.outcomes()).containsExactly("cellar pour UNKNOWN 1");
    }

    @Test
    void secondTerminalOfAMemberIsDropped() {
        node.send(Node.pour().build(), path);
        member.claimNext();
        Outgoing working = member.working();

        working.part(Part.complete(Payload.ofText("one")).build());
        working.part(Part.complete(Payload.ofText("two")).build());

        assertThat(path.parts()).hasSize(1);
        assertThat(path.terminal().payload().asText()).isEqualTo("one");
        assertThat(node.controller.lateParts()).isEqualTo(1);
        node.isEmpty(member);
    }

    @Test
    void partsOfAChannelThatLostTheCommandToAnotherAreDropped() {
        node.send(Node.pour().idempotent(true).build(), path);
        member.claimNext();
        Outgoing old = member.working();
        HandChannel south = node.member("south", 4, "pour");
        member.lose();
        south.claimNext();

        boolean dataTaken = old.part(Part.data(Payload.ofText("d")).build());
        boolean terminalTaken =
                old.part(Part.complete(Payload.ofText("from the dead")).build());
        south.answer(Part.complete(Payload.ofText("poured")).build());

        assertThat(dataTaken).isFalse();
        assertThat(terminalTaken).isFalse();
        assertThat(path.parts()).hasSize(1);
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
        assertThat(node.controller.lateParts()).isEqualTo(2);
        node.isEmpty(south);
    }

    @Test
    void partsOfAChannelThatDidNotClaimTheCommandAreDropped() {
        node.send(Node.pour().build(), path);
        Outgoing unclaimed = member.takeUnclaimed();

        boolean acceptedTaken = unclaimed.part(Part.accepted().build());
        boolean terminalTaken =
                unclaimed.part(Part.complete(Payload.ofText("never asked")).build());

        assertThat(acceptedTaken).isFalse();
        assertThat(terminalTaken).isFalse();
        assertThat(path.parts()).isEmpty();
        assertThat(node.controller.lateParts()).isEqualTo(2);
    }

    @Test
    void commandIsClaimedOnce() {
        node.send(Node.pour().build(), path);
        Outgoing entry = member.takeUnclaimed();

        boolean first = entry.claim();
        boolean second = entry.claim();

        assertThat(first).isTrue();
        assertThat(second).isFalse();
    }

    @Test
    void lossThatIsToldAfterTheEndIsWithoutEffect() {
        node.send(Node.pour().build(), path);
        member.claimNext();
        Outgoing working = member.working();
        member.answer(Part.complete(Payload.empty()).build());

        working.lost();

        assertThat(path.parts()).hasSize(1);
        assertThat(node.outcomes()).containsExactly("cellar pour COMPLETED 1");
        node.isEmpty(member);
    }

    @Test
    void settledCommandDropsItsPayload() {
        Incoming incoming = node.send(Node.pour().build(), path);
        Outgoing entry = member.takeUnclaimed();

        incoming.cancel("enough");

        assertThat(entry.command()).isNull();
    }
}
