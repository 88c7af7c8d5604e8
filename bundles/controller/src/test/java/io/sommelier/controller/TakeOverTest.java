package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that takes the place of its own channel, which is closed at once: nobody else serves the target, and no command may fall between the two. */
@Timeout(20)
class TakeOverTest {
    private final Node node = new Node();
    private final HandChannel old = node.member("north", 8, "pour");
    private final RecordingReplyPath path = new RecordingReplyPath();

    @AfterEach
    void close() {
        node.close();
    }

    private HandChannel takeOver() {
        HandChannel fresh = new HandChannel(16);
        node.join(
                fresh,
                Hello.of("north")
                        .serves("cellar", Set.of("pour"))
                        .resumeToken(old.peer.welcome().resumeToken()));
        assertThat(old.goodbye().reason()).isEqualTo(CloseReason.TAKEN_OVER);
        return fresh;
    }

    private void isAnsweredBy(HandChannel fresh) {
        assertThat(fresh.claimNext()).isTrue();
        fresh.answer(Part.complete(Payload.ofText("poured")).build());
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
        node.isEmpty(fresh);
    }

    @Test
    void whatItHadNotBegunGoesOn() {
        node.send(Node.pour().build(), path);

        isAnsweredBy(takeOver());
    }

    @Test
    void whatItHadNotBegunAndNamesItGoesOn() {
        node.send(Command.to(new Target("cellar", "north"), "pour").build(), path);

        isAnsweredBy(takeOver());
    }

    @Test
    void whatItHadBegunAndMayRunTwiceGoesOn() {
        node.send(Node.pour().idempotent(true).build(), path);
        old.claimNext();

        isAnsweredBy(takeOver());
    }

    @Test
    void whatItHadBegunAndMayNotRunTwiceIsUnknown() {
        node.send(Node.pour().build(), path);
        old.claimNext();

        HandChannel fresh = takeOver();

        assertThat(path.error().code()).isEqualTo(ErrorCode.MEMBER_GONE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(fresh.queued()).isZero();
        node.isEmpty(fresh);
    }

    @Test
    void whatItHadAcceptedIsUnknownThoughItMayRunTwice() {
        node.send(Node.pour().idempotent(true).build(), path);
        old.claimNext();
        old.answer(Part.accepted().build());

        HandChannel fresh = takeOver();

        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(fresh.queued()).isZero();
    }
}
