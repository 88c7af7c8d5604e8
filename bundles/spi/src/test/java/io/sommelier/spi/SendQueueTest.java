package io.sommelier.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SendQueueTest {
    private final SendQueue queue = new SendQueue(4);

    private static NumberedEntry entry(int number) {
        return new NumberedEntry(0, number);
    }

    @Test
    void emptyQueueGivesNothing() {
        assertThat(queue.poll()).isNull();
        assertThat(queue.size()).isZero();
    }

    @Test
    void entriesComeOutInTheOrderOfTheOffers() {
        List<Outgoing> offered = List.of(entry(1), entry(2), entry(3));

        offered.forEach(queue::offer);

        assertThat(queue.size()).isEqualTo(3);
        assertThat(List.of(queue.poll(), queue.poll(), queue.poll())).isEqualTo(offered);
        assertThat(queue.poll()).isNull();
    }

    @Test
    void fullQueueRefusesUntilAnEntryIsTaken() {
        for (int i = 0; i < 4; i++) {
            queue.offer(entry(i));
        }

        boolean whileFull = queue.offer(entry(4));
        queue.poll();
        boolean afterwards = queue.offer(entry(5));

        assertThat(whileFull).isFalse();
        assertThat(afterwards).isTrue();
        assertThat(queue.size()).isEqualTo(4);
    }

    @Test
    void refusedEntryMayGoToAnotherQueue() {
        SendQueue small = new SendQueue(1);
        small.offer(entry(1));
        NumberedEntry refused = entry(2);
        small.offer(refused);

        boolean taken = queue.offer(refused);

        assertThat(taken).isTrue();
        assertThat(queue.poll()).isSameAs(refused);
    }

    @Test
    void entryThatWasTakenMayBeOfferedAgain() {
        NumberedEntry entry = entry(1);
        for (int i = 0; i < 10; i++) {
            assertThat(queue.offer(entry)).isTrue();
            assertThat(queue.poll()).isSameAs(entry);
            assertThat(queue.poll()).isNull();
        }
    }

    @Test
    void closedQueueRefusesAndGivesWhatItHas() {
        NumberedEntry before = entry(1);
        queue.offer(before);

        queue.close();
        queue.close();
        boolean taken = queue.offer(entry(2));

        assertThat(taken).isFalse();
        assertThat(queue.size()).isEqualTo(1);
        assertThat(queue.poll()).isSameAs(before);
        assertThat(queue.poll()).isNull();
        assertThat(queue.offer(entry(3))).isFalse();
    }

    @Test
    void largestQueueIsClosedToo() {
        SendQueue largest = new SendQueue(1 << 29);

        largest.close();

        assertThat(largest.offer(entry(1))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, (1 << 29) + 1, Integer.MAX_VALUE})
    void capacityOutOfBoundsIsRefusedWithWhatIsAllowed(int capacity) {
        assertThatThrownBy(() -> new SendQueue(capacity))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("capacity " + capacity + " is out of range, allowed are 1 to 536870912");
    }

    @Test
    void behavesAsAnArrayDequeOfTheSameBound() {
        Random random = new Random(7);
        Queue<Outgoing> model = new ArrayDeque<>();
        for (int i = 0; i < 100_000; i++) {
            if (random.nextInt(100) < 52) {
                NumberedEntry entry = entry(i);
                boolean expected = model.size() < 4 && model.add(entry);
                assertSame(queue.offer(entry), expected);
            } else {
                assertSame(queue.poll(), model.poll());
            }
            assertSame(queue.size(), model.size());
        }
    }

    private static void assertSame(Object actual, Object expected) {
        if (actual != expected && !actual.equals(expected)) {
            throw new AssertionError(actual + " instead of " + expected);
        }
    }

    @Test
    void newQueueHoldsNoEntryThatWasTaken() {
        List<NumberedEntry> taken = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            queue.offer(entry(i));
        }

        for (Outgoing entry = queue.poll(); entry != null; entry = queue.poll()) {
            taken.add((NumberedEntry) entry);
        }

        assertThat(taken).as("links are cut, so that none keeps the next alive").allMatch(entry -> entry.next == null);
    }
}
