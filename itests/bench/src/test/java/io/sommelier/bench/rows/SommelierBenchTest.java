package io.sommelier.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Memory;
import io.sommelier.bench.party.Over;
import io.sommelier.bench.party.PartyProcess;
import io.sommelier.bench.stats.Sample;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bench at work on Sommelier, in real processes, for a moment. */
class SommelierBenchTest {
    private static final Plan BRIEF =
            Plan.standard().withRounds(1).withWindow(200).withWarmUp(200);

    @Test
    void aRoutedRowOfSingleAnswersHasAllFigures() {
        try (Resources resources = new Resources()) {
            Subject subject = new SommelierSide().open(LoadShape.single(8, 256), BRIEF, resources);

            Sample sample = new Gauge(BRIEF).measure(subject);

            assertThat(sample.rate()).isPositive();
            assertThat(sample.p50Micros()).isPositive();
            assertThat(sample.cpuMicros()).isGreaterThan(sample.middleCpuMicros());
            assertThat(sample.middleAllocatedBytes()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(Over.class)
    void commandsAreAnsweredWhateverCarriesThem(Over over) {
        try (Resources resources = new Resources()) {
            Subject subject = new SommelierSide(over).open(LoadShape.single(8, 4096), BRIEF, resources);

            Sample first = new Gauge(BRIEF).measure(subject);
            Sample second = new Gauge(BRIEF).measure(subject);

            assertThat(first.rate()).isPositive();
            assertThat(second.rate()).isPositive();
        }
    }

    @Test
    void theHeapOfAnotherProcessIsKnown() {
        try (Resources resources = new Resources()) {
            PartyProcess running = resources.start("controller");

            Memory memory = Memory.ofProcess(running.pid());

            assertThat(memory.heapBytes()).isBetween(1e6, 500e6);
            assertThat(memory.residentBytes()).isGreaterThan(memory.heapBytes());
        }
    }

    @Test
    void aRoutedStreamIsCountedInParts() {
        try (Resources resources = new Resources()) {
            Subject subject = new SommelierSide().open(LoadShape.streams(2, 1024, 1000), BRIEF, resources);

            assertThat(new Gauge(BRIEF).measure(subject).rate()).isPositive();
        }
    }

    @Test
    void commandsGoRoundTheTargetsOfACrowdThatComesAndGoes() {
        try (Resources resources = new Resources()) {
            Side side = new SommelierSide();
            Middle middle = side.middle(Resources.MAX_HEAP, BRIEF, resources);
            PartyProcess crowd = side.crowd(middle, 1, false, resources);
            PartyProcess requester =
                    side.requester(middle, LoadShape.single(8, 64).among(50), resources);
            Subject subject = new Crowded(new Topology(middle, crowd, requester), crowd, 50);

            Sample first = new Gauge(BRIEF).measure(subject);
            Sample second = new Gauge(BRIEF).measure(subject);

            assertThat(first.rate()).isPositive();
            assertThat(second.rate()).isPositive();
        }
    }

    @Test
    void aControllerThatIsRunningAlreadyIsMeasuredByItsProcessId() {
        try (Resources resources = new Resources()) {
            PartyProcess running = resources.start("controller");
            Plan plan = BRIEF.against("127.0.0.1:" + running.port(), OptionalLong.of(running.pid()));
            Subject subject = new SommelierSide().open(LoadShape.single(8, 256), plan, resources);

            Sample sample = new Gauge(plan).measure(subject);

            assertThat(sample.rate()).isPositive();
            assertThat(sample.cpuMicros()).isPositive();
            assertThat(sample.allocatedBytes()).isNaN();
        }
    }

    @Test
    void aCommandWithinOneJvmIsMeasuredBesideAHandOff() {
        try (Resources resources = new Resources()) {
            for (String role : new String[] {"in-jvm", "bare"}) {
                Subject subject =
                        new Alone(resources.start(role, LoadShape.single(4, 64).toArguments("--handler", "executor")));

                assertThat(new Gauge(BRIEF).measure(subject).rate()).isPositive();
            }
        }
    }
}
