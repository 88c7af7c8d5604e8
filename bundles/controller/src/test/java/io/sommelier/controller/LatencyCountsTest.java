package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shares of times, beside a sorted list of the same times. */
@Timeout(20)
class LatencyCountsTest {
    private final LatencyCounts counts = LatencyCounts.kept();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 99, 100, 101, 1000, 20_000})
    void aShareIsThatOfTheSortedListAndAtMostOneHundredAndTwentyEighthAndATenthOfAMicrosecondTooLong(int size) {
        Random random = new Random(size);
        List<Long> sorted = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            long nanos = (long) Math.exp(random.nextDouble() * Math.log(3.6e12)); // up to an hour
            sorted.add(nanos);
            counts.record(nanos, 1);
        }
        Collections.sort(sorted);

        for (double share : new double[] {0.5, 0.9, 0.99, 0.999, 1}) {
            long exact = sorted.get((int) Math.ceil(share * size) - 1);
            assertThat(counts.at(share).toNanos())
                    .as("%s of %s", share, size)
                    .isBetween(exact, exact + exact / 128 + 100);
        }
        assertThat(counts.max().toNanos()).isEqualTo(sorted.get(size - 1));
        assertThat(counts.total()).isEqualTo(size);
    }

    @Test
    void noTimeIsTooLongForIt() {
        for (int bit = 0; bit < 63; bit++) {
            counts.record(1L << bit, 1);
        }
        counts.record(Long.MAX_VALUE, 1);

        assertThat(counts.total()).isEqualTo(64);
        assertThat(counts.at(1)).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
        assertThat(counts.at(0.5).toNanos()).isBetween(1L << 31, (1L << 31) + (1L << 24) + 100);
    }

    @Test
    void aTimeThatStandsForSeveralWeighsAsManyAndWasMeasuredOnce() {
        counts.record(1_000_000, 1);
        counts.record(1000, 64);

        assertThat(counts.total()).isEqualTo(65);
        assertThat(counts.measured()).isEqualTo(2);
        assertThat(counts.at(0.5)).isEqualTo(Duration.ofNanos(1000));
        assertThat(counts.at(0.99)).isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void theSumOfTwoIsAsIfAllHadBeenCountedInOne() {
        LatencyCounts other = LatencyCounts.kept();
        LatencyCounts both = LatencyCounts.sum();
        Random random = new Random(1);
        for (int i = 0; i < 5000; i++) {
            long nanos = random.nextInt(1_000_000_000);
            (i % 3 == 0 ? counts : other).record(nanos, i % 7);
            both.record(nanos, i % 7);
        }

        counts.addAll(other);

        for (double share : new double[] {0.5, 0.9, 0.99, 0.999, 1}) {
            assertThat(counts.at(share)).isEqualTo(both.at(share));
        }
        assertThat(counts.total()).isEqualTo(both.total());
        assertThat(counts.measured()).isEqualTo(both.measured());
        assertThat(counts.max()).isEqualTo(both.max());
    }

    @Test
    void ofNothingAllIsZeroAndATimeBelowZeroIsZero() {
        assertThat(counts.at(0.999)).isZero();
        assertThat(counts.max()).isZero();

        counts.record(-5, 1);

        assertThat(counts.at(0.5)).isZero();
        assertThat(counts.total()).isOne();
    }

    @Test
    void whatIsPastIsAsItWasAndTakesLessThanItDid() {
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            counts.record((long) (1_000_000 * Math.exp(random.nextGaussian())), i % 7 + 1);
        }
        counts.record(Long.MAX_VALUE, 1L << 40);

        LatencyCounts.Past past = counts.past();
        LatencyCounts read = LatencyCounts.sum();
        read.record(1, 1);
        read.addAll(past);
        counts.record(1, 1);

        for (double share : new double[] {0.0001, 0.5, 0.9, 0.99, 0.999, 1}) {
            assertThat(read.at(share)).isEqualTo(counts.at(share));
        }
        assertThat(read.total()).isEqualTo(counts.total());
        assertThat(read.measured()).isEqualTo(counts.measured());
        assertThat(read.max()).isEqualTo(counts.max());
        assertThat(past.bytes()).isLessThan(counts.bytes() / 2);
    }
}
