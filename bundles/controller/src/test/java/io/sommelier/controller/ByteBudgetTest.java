package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.Peer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Promise 6: bytes held are counted by channel, target and node, each against its limit. */
@Timeout(20)
class ByteBudgetTest {
    private static final int MIB = 1 << 20;
    private static final Payload HALF = Payload.copyOf(new byte[MIB / 2 - Pending.ENTRY_BYTES]);

    private final Node node = new Node();
    private HandChannel cellar;
    private HandChannel kitchen;
    private final List<RecordingReplyPath> live = new ArrayList<>();

    private void limits(int nodeMib, int targetMib, int channelMib) {
        node.controller.settings(ControllerSettings.defaults()
                .withBudgets((long) nodeMib * MIB, (long) targetMib * MIB, (long) channelMib * MIB));
        cellar = node.member("north", 16, "pour");
        kitchen = new HandChannel(16);
        node.join(kitchen, Hello.of("stove").serves("kitchen", List.of("cook")).capacity(16));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private boolean taken(Peer caller, String target, String operation) {
        RecordingReplyPath path = new RecordingReplyPath();
        caller.command(Command.to(target, operation).payload(HALF).build(), 0, path);
        if (!path.ended()) {
            live.add(path);
            return true;
        }
        assertThat(path.error().code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(path.error().stage()).isEqualTo(Stage.INGRESS);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().retryable()).isTrue();
        return false;
    }

    private void nothingIsHeldOnceAllHaveEnded() {
        for (HandChannel member : List.of(cellar, kitchen)) {
            while (member.claimNext()) {
                member.answer(Part.complete(Payload.empty()).build());
            }
        }
        assertThat(live).allMatch(RecordingReplyPath::ended);
        node.isEmpty(cellar, kitchen);
    }

    @Test
    void nodeTakesNoMoreThanItsLimitWhoeverSends() {
        limits(2, 8, 8);
        Peer other = node.join(new HandChannel(4), Hello.of("other"));

        assertThat(taken(node.caller, "cellar", "pour")).isTrue();
        assertThat(taken(node.caller, "kitchen", "cook")).isTrue();
        assertThat(taken(other, "cellar", "pour")).isTrue();
        assertThat(taken(other, "kitchen", "cook")).isTrue();
        assertThat(node.controller.budget().heldBytes()).as("exactly the limit").isEqualTo(2L * MIB);
        assertThat(taken(other, "cellar", "pour")).isFalse();
        assertThat(taken(node.caller, "kitchen", "cook")).isFalse();
        nothingIsHeldOnceAllHaveEnded();
    }

    @Test
    void targetTakesNoMoreThanItsLimitAndOthersGoOn() {
        limits(8, 1, 8);

        assertThat(taken(node.caller, "cellar", "pour")).isTrue();
        assertThat(taken(node.caller, "cellar", "pour")).isTrue();
        assertThat(taken(node.caller, "cellar", "pour")).isFalse();
        assertThat(taken(node.caller, "kitchen", "cook")).isTrue();
        nothingIsHeldOnceAllHaveEnded();
    }

    @Test
    void channelSendsNoMoreThanItsLimitAndOthersGoOn() {
        limits(8, 8, 1);
        Peer other = node.join(new HandChannel(4), Hello.of("other"));

        assertThat(taken(node.caller, "cellar", "pour")).isTrue();
        assertThat(taken(node.caller, "kitchen", "cook")).isTrue();
        assertThat(taken(node.caller, "cellar", "pour")).isFalse();
        assertThat(taken(other, "cellar", "pour")).isTrue();
        nothingIsHeldOnceAllHaveEnded();
        assertThat(((Session) other).heldBytes().get()).isZero();
    }

    @Test
    void bytesComeBackWithTheTerminal() {
        limits(8, 8, 1);
        taken(node.caller, "cellar", "pour");
        taken(node.caller, "cellar", "pour");
        boolean whileFull = taken(node.caller, "cellar", "pour");

        cellar.claimNext();
        cellar.answer(Part.complete(Payload.empty()).build());

        assertThat(whileFull).isFalse();
        assertThat(taken(node.caller, "cellar", "pour")).isTrue();
    }

    @Test
    void headersAreCountedToo() {
        limits(8, 8, 8);
        Headers headers = Headers.of("vintage", "1982");

        node.send(Node.pour().headers(headers).payload(Payload.ofText("abc")).build(), new RecordingReplyPath());

        assertThat(node.controller.budget().heldBytes()).isEqualTo(Pending.ENTRY_BYTES + 3 + headers.encodedSize());
    }

    @Test
    void bytesFollowACommandToItsNextMemberAndAreLetGoOnce() {
        limits(8, 8, 8);
        taken(node.caller, "cellar", "pour");
        HandChannel south = node.member("south", 4, "pour");

        cellar.lose();
        long afterwards = node.controller.budget().heldBytes();
        south.claimNext();
        south.answer(Part.complete(Payload.empty()).build());

        assertThat(afterwards).isEqualTo(MIB / 2);
        nothingIsHeldOnceAllHaveEnded();
    }

    @Test
    void bytesAreLetGoOfTheTargetThatTheyWereBookedWithAlthoughThePipelineChangedIt() {
        limits(8, 8, 8);
        HandPipeline pipeline = new HandPipeline();
        node.controller.pipeline(pipeline);
        taken(node.caller, "cellar", "pour");

        pipeline.last()
                .end
                .execute(Command.to("kitchen", "cook")
                        .id(pipeline.last().command.id())
                        .build());

        assertThat(kitchen.queued()).isEqualTo(1);
        nothingIsHeldOnceAllHaveEnded();
    }

    @Test
    void commandsForATargetThatNobodyKnowsLeaveNothingBehind() {
        limits(8, 8, 8);

        node.send(Command.to("attic", "search").payload(HALF).build(), new RecordingReplyPath());

        nothingIsHeldOnceAllHaveEnded();
    }
}
