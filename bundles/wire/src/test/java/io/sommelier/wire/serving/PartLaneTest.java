package io.sommelier.wire.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class PartLaneTest {
    private static final int MARK = PartLane.FIRST_MARK;
    private static final int OTHER_MARK = PartLane.FIRST_MARK << 1;
    private static final int ATTENDED = PartLane.FIRST_MARK << 2;

    private final List<String> events = new ArrayList<>();
    private Runnable inside = () -> {};

    private final PartLane lane = new PartLane() {
        @Override
        void deliver(Part part) {
            events.add("begin " + part.payload().asText());
            Runnable once = inside;
            inside = () -> {};
            once.run();
            events.add("end " + part.payload().asText());
        }

        @Override
        int attend(int marks) {
            if ((marks & MARK) == 0 || (marks & ATTENDED) != 0) {
                return 0;
            }
            events.add("attend");
            return ATTENDED;
        }
    };

    private static Part part(String text) {
        return Part.data(Payload.ofText(text)).build();
    }

    @Test
    void aPartThatComesFromInsideADeliveryIsDeliveredAfterIt() {
        inside = () -> lane.pass(part("b"), 0, 0);

        lane.pass(part("a"), 0, 0);

        assertThat(events).containsExactly("begin a", "end a", "begin b", "end b");
    }

    @Test
    void aMarkThatIsSetFromInsideADeliveryIsAttendedToAfterIt() {
        inside = () -> lane.mark(MARK);

        lane.pass(part("a"), 0, 0);

        assertThat(events).containsExactly("begin a", "end a", "attend");
    }

    @Test
    void aMarkIsAttendedToOnce() {
        lane.mark(MARK);
        lane.mark(MARK);
        lane.pass(part("a"), 0, 0);

        assertThat(events).containsExactly("attend", "begin a", "end a");
    }

    @Test
    void aBarringMarkKeepsAPartOut() {
        lane.mark(OTHER_MARK);

        boolean isPassed = lane.pass(part("a"), OTHER_MARK, 0);

        assertThat(isPassed).isFalse();
        assertThat(events).isEmpty();
    }

    @Test
    void nothingOvertakesAPartThatIsToBePassedLater() {
        Queue<Runnable> elsewhere = new ArrayDeque<>();

        lane.passLater(part("a"), elsewhere::add);
        assertThat(events).isEmpty();
        lane.pass(part("b"), 0, 0);
        elsewhere.remove().run();

        assertThat(events).containsExactly("begin a", "end a", "begin b", "end b");
    }

    @Test
    void aPartThatIsPassedLaterIsDeliveredEvenWhenNothingFollows() {
        Queue<Runnable> elsewhere = new ArrayDeque<>();

        lane.passLater(part("a"), elsewhere::add);
        elsewhere.remove().run();

        assertThat(events).containsExactly("begin a", "end a");
    }

    @Test
    void theLaneIsFreeAgainWhenADeliveryThrows() {
        inside = () -> {
            throw new IllegalStateException("made up");
        };

        try {
            lane.pass(part("a"), 0, 0);
        } catch (IllegalStateException expected) {
            events.add("threw");
        }
        lane.pass(part("b"), 0, 0);

        assertThat(events).containsExactly("begin a", "threw", "begin b", "end b");
    }

    @Test
    void aTakenLaneCannotBeEnteredNorMarkedAside() {
        assertThat(lane.enter(0)).isTrue();

        assertThat(lane.enter(0)).isFalse();
        assertThat(lane.markUnlessTaken(0, OTHER_MARK)).isFalse();
        lane.leave();
        assertThat(lane.markUnlessTaken(0, OTHER_MARK)).isTrue();
        assertThat(lane.enter(OTHER_MARK)).isFalse();
    }
}
