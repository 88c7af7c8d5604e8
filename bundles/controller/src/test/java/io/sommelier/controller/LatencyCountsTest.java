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
    private final LatencyCounts counts = new LatencyCounts();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 99, 100, 101, 1000, 20_000})
    void aShareIsThatOfTheSortedListAndAtMostAThirtySecondAndATenthOfAMicrosecondTooLong(int size) {
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
                    .isBetween(exact, exact + exact / 32 + 100);
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
        assertThat(counts.at(0.5).toNanos()).isBetween(1L << 31, (1L << 31) + (1L << 26) + 100);
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
        LatencyCounts other = new LatencyCounts();
        LatencyCounts both = new LatencyCounts();
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
    void countsOfAnyWidthAreKeptBesideEachOther() {
        long[] weights = {1, 254, 255, 256, 65_535, 65_536, 1L << 31, (1L << 32) - 1, 1L << 32, 1L << 50};
        for (int i = 0; i < weights.length; i++) {
            counts.record(1000L << i, weights[i]);
            counts.record(1000L << i, 1);
        }

        long sum = 0;
        for (long weight : weights) {
            sum += weight + 1;
        }
        assertThat(counts.total()).isEqualTo(sum);
        long passed = 0;
        for (int i = 0; i < weights.length - 1; i++) {
            passed += weights[i] + 1;
            long exact = 1000L << i;
            assertThat(counts.at((double) passed / sum).toNanos()).isBetween(exact, exact + exact / 32 + 100);
        }
    }

    @Test
    void whatItTakesGrowsWithTheTimesThatDifferAndNotWithHowOftenTheyCome() {
        for (int i = 0; i < 10_000; i++) {
            counts.record(i % 8 * 1_000_000, 1);
        }
        assertThat(counts.bytes()).isLessThan(200);

        for (long nanos = 1; nanos > 0; nanos *= 2) {
            for (int part = 0; part < 64; part++) {
                counts.record(nanos + nanos / 64 * part, 1);
            }
        }
        assertThat(counts.bytes()).as("all times there are").isLessThan(10_000);
    }
}
