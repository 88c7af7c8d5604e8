package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.admin.EventCount;
import io.sommelier.api.admin.LatencyView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long commands took: which are measured, in which slot of time they are shown, and that none gets lost on the way. */
@Timeout(60)
class LatenciesTest {
    private static final Part COMPLETE = Part.complete(Payload.empty()).build();

    private final Node node = new Node();
    private final Latencies latencies = new Latencies(node.controller, 1 << 20);

    @AfterEach
    void close() {
        node.close();
    }

    private LatencyView only(String target, String operation) {
        return node.controller.admin().latencies(target).stream()
                .filter(view -> view.operation().equals(operation))
                .findFirst()
                .orElseThrow();
    }

    private void pour(HandChannel member, Duration time) {
        begin(member, Node.pour().build());
        node.advance(time);
        assertThat(member.answer(COMPLETE)).isTrue();
    }

    private void begin(HandChannel member, Command command) {
        node.send(command, new RecordingReplyPath());
        assertThat(member.claimNext()).isTrue();
    }

    private static OperationEntry row(String name) {
        return new OperationEntry(name, new AtomicInteger());
    }

    private LatencyView.Times recent(OperationEntry row) {
        row.latency().refresh(node.controller.nanos());
        return recent(row.latency().ends());
    }

    private static LatencyView.Times recent(LatencySlots slots) {
        LatencyCounts sum = LatencyCounts.sum();
        slots.addRecentTo(sum);
        return Latencies.times(sum);
    }

    private LatencyView.Times sinceStart(OperationEntry row) {
        LatencyCounts sum = LatencyCounts.sum();
        row.latency().ends().addAllTo(sum);
        return Latencies.times(sum);
    }

    // ---- commands ----

    @Test
    void whatAMemberAnswersIsMeasuredFromItsSubmissionToItsEnd() {
        HandChannel member = node.member("m", 10, "pour");

        pour(member, Duration.ofMillis(2));
        pour(member, Duration.ofMillis(4));

        LatencyView.Times times = only("cellar", "pour").recent();
        assertThat(times.count()).isEqualTo(2);
        assertThat(times.measured()).isEqualTo(2);
        assertThat(times.p50()).isBetween(Duration.ofMillis(2), Duration.ofNanos(2_062_600));
        assertThat(times.p999()).isEqualTo(Duration.ofMillis(4));
        assertThat(times.max()).isEqualTo(Duration.ofMillis(4));
        assertThat(only("cellar", "pour").sinceStart()).isEqualTo(times);
        assertThat(only("cellar", "").recent()).isEqualTo(times);
    }

    @Test
    void theRowOfATargetHasAllItsOperations() {
        HandChannel member = node.member("m", 10, "pour", "stir");
        pour(member, Duration.ofMillis(1));
        begin(member, Command.to("cellar", "stir").build());
        node.advance(Duration.ofMillis(9));
        member.answer(COMPLETE);

        List<LatencyView> views = node.controller.admin().latencies();

        assertThat(views.stream().map(LatencyView::operation)).containsExactly("", "pour", "stir");
        assertThat(views.get(0).recent().count()).isEqualTo(2);
        assertThat(views.get(0).recent().max()).isEqualTo(Duration.ofMillis(9));
        assertThat(views.get(1).recent().max()).isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void aCommandThatAMemberHadAndLetExpireIsMeasured() {
        HandChannel member = node.member("m", 10, "pour");
        begin(member, Node.pour().ttl(Duration.ofSeconds(1)).build());

        node.passes(Duration.ofMillis(1020));

        assertThat(only("cellar", "pour").recent().max()).isEqualTo(Duration.ofMillis(1020));
    }

    @Test
    void whatNoMemberHadIsNotMeasured() {
        HandChannel member = node.member("m", 1, "pour");
        node.send(Node.pour().build(), new RecordingReplyPath()); // queued, and lost with its channel
        RecordingReplyPath refused = new RecordingReplyPath();
        node.send(Node.pour().build(), refused); // the member is full
        member.lose();

        assertThat(refused.terminal().error().orElseThrow().code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(node.controller.admin().latencies()).isEmpty();
        assertThat(node.controller.admin().latencies("attic")).isEmpty();
    }

    @Test
    void anAttemptAtAnotherMemberCountsOnceAndFromTheSubmission() {
        HandChannel first = node.member("a", 10, "pour");
        begin(first, Node.pour().idempotent(true).build());
        HandChannel second = node.member("b", 10, "pour");
        node.advance(Duration.ofMillis(3));
        first.lose();
        assertThat(second.claimNext()).isTrue();
        node.advance(Duration.ofMillis(4));
        second.answer(COMPLETE);

        LatencyView.Times times = only("cellar", "pour").recent();
        assertThat(times.count()).isOne();
        assertThat(times.max()).isEqualTo(Duration.ofMillis(7));
    }

    @Test
    void aTargetThatIsForgottenTakesItsTimesAlong() {
        HandChannel member = node.member("m", 10, "pour");
        pour(member, Duration.ofMillis(1));
        member.lose();
        assertThat(node.controller.admin().latencies("cellar")).isNotEmpty();

        node.advance(Duration.ofHours(25));
        node.controller.forgetTargets();

        assertThat(node.controller.admin().latencies()).isEmpty();
        pour(node.member("m", 10, "pour"), Duration.ofMillis(5));
        assertThat(only("cellar", "pour").sinceStart().count()).isOne();
    }

    // ---- slots of time ----

    @Test
    void aTimeIsRecentForAMinuteAtLeastAndThenOnlyOneSinceTheStart() {
        OperationEntry row = row("pour");
        for (int second = 0; second < 100; second++) {
            latencies.ended(row, 1000 + second, 1);
            latencies.count();
            node.advance(Duration.ofSeconds(1));
        }

        assertThat(sinceStart(row).count()).isEqualTo(100);
        assertThat(recent(row).count()).isBetween(60L, 80L);
        for (int second = 0; second < 80; second++) {
            long before = recent(row).count();
            node.advance(Duration.ofSeconds(1));
            assertThat(recent(row).count()).isLessThanOrEqualTo(before);
        }
        assertThat(recent(row).count()).isZero();
        assertThat(recent(row).max()).isZero();
        assertThat(sinceStart(row).count()).isEqualTo(100);
    }

    @Test
    void aSlotThatIsOverLosesNothing() {
        OperationEntry row = row("pour");
        for (int slot = 0; slot < 4; slot++) {
            for (int i = 0; i < 100; i++) {
                latencies.ended(row, 1_000_000L * slot + i, 1);
            }
            latencies.count();
            assertThat(recent(row).count()).isEqualTo(100L * (slot + 1));
            node.advance(Duration.ofNanos(LatencyRecord.SLOT_NANOS));
        }
        assertThat(recent(row).count()).isEqualTo(300);
    }

    // ---- which are measured ----

    @Test
    void ofAnOperationWithManyCommandsSomeAreMeasuredAndStandForTheOthers() {
        OperationEntry row = row("pour");
        long measured = 0;
        int commands = 3_000_000;
        for (int i = 0; i < commands; i++) {
            long weight = latencies.weigh(row, 17L * i, false);
            if (weight > 0) {
                measured++;
                latencies.ended(row, i % 1000 * 1000, weight);
            }
            if (i % 10_000 == 0) {
                latencies.count();
            }
        }
        latencies.count();

        LatencyView.Times times = recent(row);
        assertThat(times.measured()).isEqualTo(measured).isLessThan(150_000);
        assertThat(times.count()).isBetween(commands * 9L / 10, commands * 11L / 10);
        assertThat(times.p50().toNanos()).isBetween(450_000L, 550_000L);
        assertThat(times.p90().toNanos()).isBetween(860_000L, 940_000L);
        assertThat(latencies.missed()).isZero();
    }

    @Test
    void aCommandThatOutlivedATickIsMeasuredHoweverManyThereAre() {
        OperationEntry row = row("pour");
        row.sampleShift(20);

        assertThat(latencies.weigh(row, 12345, false)).isZero();
        assertThat(latencies.weigh(row, 12345, true)).isOne();
    }

    @Test
    void anOperationThatHasFewerCommandsAgainHasThemAllMeasured() {
        OperationEntry row = row("pour");
        for (int i = 0; i < LatencyRecord.ENOUGH; i++) {
            latencies.ended(row, 1000, 1);
            if (i % 1000 == 0) {
                latencies.count();
            }
        }
        latencies.count();
        assertThat(row.sampleShift()).isPositive();

        node.advance(Duration.ofNanos(2 * LatencyRecord.SLOT_NANOS));
        latencies.count();

        assertThat(row.sampleShift()).isZero();
        assertThat(latencies.weigh(row, 12345, false)).isOne();
    }

    @Test
    void aBurstThatNobodyCountsIsThinnedOutAndNothingIsMissed() {
        OperationEntry row = row("pour");
        int commands = 2_000_000;
        for (int i = 0; i < commands; i++) {
            long weight = latencies.weigh(row, 31L * i, false);
            if (weight > 0) {
                latencies.ended(row, 1000, weight);
            }
        }
        latencies.count();

        assertThat(latencies.missed()).isZero();
        assertThat(recent(row).count()).isBetween(commands * 8L / 10, commands * 12L / 10);
    }

    @Test
    void whatFindsNoRoomIsMissedAndSaysSo() {
        OperationEntry row = row("pour");
        for (int i = 0; i < 20_000; i++) {
            latencies.ended(row, 1000, 1);
        }
        latencies.count();

        assertThat(latencies.missed() + recent(row).count()).isEqualTo(20_000);
        assertThat(latencies.missed()).isPositive();
    }

    // ---- how much of it is kept ----

    private static final int OPERATIONS = 20_000;

    private void pourEach(Latencies kept, List<OperationEntry> rows, int times) {
        for (int i = 0; i < times; i++) {
            for (OperationEntry row : rows) {
                kept.ended(row, ThreadLocalRandom.current().nextInt(10_000_000), 1);
                if (ThreadLocalRandom.current().nextInt(100) == 0) {
                    kept.count();
                }
            }
        }
        kept.count();
    }

    private static List<OperationEntry> rows(int count) {
        List<OperationEntry> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(row("operation" + i));
        }
        return rows;
    }

    @Test
    void timesOfManyBusyOperationsTakeNoMoreThanTheyMayAndThoseThatFindNoRoomSaySo() {
        List<OperationEntry> rows = rows(OPERATIONS);
        for (int slot = 0; slot < 5; slot++) {
            pourEach(latencies, rows, 5);
            assertThat(latencies.keptBytes()).isBetween(1L << 19, 1L << 20);
            node.advance(Duration.ofNanos(LatencyRecord.SLOT_NANOS));
        }

        long kept = rows.stream().filter(row -> row.latency() != null).count();
        assertThat(kept).isBetween(100L, OPERATIONS / 2L);
        assertThat(rows).allMatch(row -> row.latency() != null || row.isLatencyRefused());
        assertThat(latencies.missed()).isPositive();
        assertThat(latencies.keptBytes())
                .isEqualTo(rows.stream()
                        .filter(row -> row.latency() != null)
                        .mapToLong(row -> row.latency().bytes())
                        .sum());
    }

    @Test
    void anOperationWhoseTimesFoundNoRoomHasThemKeptWhenOthersAreIdle() {
        List<OperationEntry> rows = rows(OPERATIONS);
        for (int slot = 0; slot < 5; slot++) {
            pourEach(latencies, rows, 4);
            node.advance(Duration.ofNanos(LatencyRecord.SLOT_NANOS));
        }
        OperationEntry refused =
                rows.stream().filter(row -> row.latency() == null).findFirst().orElseThrow();
        long busy = latencies.keptBytes();

        node.advance(Duration.ofMinutes(2));
        for (int i = 0; i < 110; i++) { // one round looks at all of them
            latencies.count();
        }
        assertThat(latencies.keptBytes()).isLessThan(busy / 2);
        latencies.ended(refused, 5000, 1);
        latencies.count();

        assertThat(recent(refused).count()).isOne();
    }

    @Test
    void timesOfForgottenOperationsMakeRoomAndAreNotCountedAgain() {
        List<OperationEntry> rows = rows(OPERATIONS);
        pourEach(latencies, rows, 1);
        long before = latencies.missed();
        assertThat(before).isPositive();

        latencies.recount(List.of());
        assertThat(latencies.keptBytes()).isZero();
        pourEach(latencies, List.of(rows.get(0)), 5); // a command of it ended just now
        node.advance(Duration.ofMinutes(2));
        latencies.count();
        assertThat(latencies.keptBytes()).isZero();
        OperationEntry row = row("pour");
        latencies.ended(row, 1000, 1);
        latencies.count();

        assertThat(latencies.missed()).isEqualTo(before);
        assertThat(recent(row).count()).isOne();
    }

    @Test
    void anOperationThatGrowsBeyondWhatIsLeftLosesItsTimesAndMakesRoom() {
        Latencies few = new Latencies(node.controller, 4096);
        OperationEntry row = row("pour");
        for (long nanos = 1; nanos > 0; nanos *= 2) {
            for (int part = 0; part < 32; part++) {
                few.ended(row, nanos + nanos / 32 * part, 1);
            }
            few.count();
            assertThat(few.keptBytes()).isLessThanOrEqualTo(4096);
        }
        assertThat(row.isLatencyRefused()).isTrue();
    }

    @Test
    void theViewSaysWhichTimesAreNotKept() {
        Controller controller = node.controller;
        Latencies none = new Latencies(controller, 0);
        TargetEntry target = new TargetEntry("cellar", controller, new NameBudget(() -> 10));
        none.ended(target.row("pour"), 1000, 1); // the first finds room, and takes more than there is
        none.ended(target.row("pour"), 1000, 1);

        List<LatencyView> views = new ArrayList<>();
        none.addTo(views, target);

        assertThat(views).hasSize(2).allMatch(view -> !view.isKept());
        assertThat(views.get(1).sinceStart()).isEqualTo(LatencyView.Times.NONE);
        assertThat(none.keptBytes()).isZero();
    }

    // ---- the first part ----

    @Test
    void theTimeToTheFirstPartOfAStreamIsMeasuredBesideThatToItsEnd() {
        HandChannel member = node.member("m", 10, "pour");
        begin(member, Node.pour().build());
        node.advance(Duration.ofMillis(3));
        member.answer(Part.data(Payload.ofText("a")).build());
        node.advance(Duration.ofMillis(4));
        member.answer(Part.data(Payload.ofText("b")).build());
        node.advance(Duration.ofMillis(5));
        LatencyView running = only("cellar", "pour");
        assertThat(running.recentFirstPart().max()).isEqualTo(Duration.ofMillis(3));
        assertThat(running.recent()).isEqualTo(LatencyView.Times.NONE);
        member.answer(Part.complete(Payload.empty()).build());

        LatencyView view = only("cellar", "pour");
        assertThat(view.recent().max()).isEqualTo(Duration.ofMillis(12));
        assertThat(view.recentFirstPart().count()).isOne();
        assertThat(view.recentFirstPart().max()).isEqualTo(Duration.ofMillis(3));
        assertThat(view.firstPartSinceStart()).isEqualTo(view.recentFirstPart());
        assertThat(only("cellar", "").recentFirstPart()).isEqualTo(view.recentFirstPart());
    }

    @Test
    void aReplyOfOnePartHasNoTimeToItsFirst() {
        HandChannel member = node.member("m", 10, "pour");
        pour(member, Duration.ofMillis(2));

        assertThat(only("cellar", "pour").firstPartSinceStart()).isEqualTo(LatencyView.Times.NONE);
    }

    @Test
    void aFirstPartIsRecentForAMinuteAtLeastAndThenOnlyOneSinceTheStart() {
        HandChannel member = node.member("m", 10, "pour");
        begin(member, Node.pour().build());
        member.answer(Part.data(Payload.ofText("a")).build());
        member.answer(Part.complete(Payload.empty()).build());
        assertThat(only("cellar", "pour").recentFirstPart().count()).isOne();
        node.advance(Duration.ofSeconds(59));
        assertThat(only("cellar", "pour").recentFirstPart().count()).isOne();

        node.advance(Duration.ofSeconds(21));

        assertThat(only("cellar", "pour").recentFirstPart().count()).isZero();
        assertThat(only("cellar", "pour").firstPartSinceStart().count()).isOne();
    }

    @Test
    void ofManyFirstPartsSomeAreMeasuredAndStandForTheOthers() {
        OperationEntry row = row("pour");
        int commands = 1_000_000;
        for (int i = 0; i < commands; i++) {
            long weight = latencies.weigh(row, 17L * i, false);
            if (weight > 0) {
                latencies.firstPart(row, i % 1000 * 1000, weight);
                latencies.ended(row, i % 1000 * 2000, weight);
            }
            if (i % 10_000 == 0) {
                latencies.count();
            }
        }
        latencies.count();

        LatencyView.Times first = recent(row.latency().firstParts());
        assertThat(first.count()).isBetween(commands * 9L / 10, commands * 11L / 10);
        assertThat(first.measured()).isLessThan(150_000);
        assertThat(first.p50().toNanos()).isBetween(440_000L, 560_000L);
        assertThat(latencies.missed()).isZero();
    }

    // ---- what was missed ----

    @Test
    void whatWasMissedIsAnEventThatOperatorsSee() {
        assertThat(node.controller.admin().events().stream()
                        .filter(event -> event.event().startsWith("times of commands"))
                        .map(EventCount::count))
                .containsExactly(0L);
    }

    // ---- many threads ----

    @Test
    void whatSeveralThreadsMeasureWhileSlotsPassAndOthersLookIsAllCounted() throws Exception {
        int threads = 4;
        int each = 50_000;
        List<OperationEntry> rows = List.of(row("a"), row("b"), row("c"));
        ExecutorService pool = Executors.newCachedThreadPool();
        try {
            CountDownLatch ready = new CountDownLatch(threads);
            List<Future<Map<OperationEntry, Long>>> results = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                results.add(pool.submit(() -> {
                    ThreadLocalRandom random = ThreadLocalRandom.current();
                    Map<OperationEntry, Long> weights = rows.stream().collect(Collectors.toMap(row -> row, row -> 0L));
                    ready.countDown();
                    ready.await();
                    for (int i = 0; i < each; i++) {
                        OperationEntry row = rows.get(random.nextInt(rows.size()));
                        long weight = latencies.weigh(row, random.nextLong(), i % 1000 == 0);
                        if (weight > 0) {
                            latencies.ended(row, random.nextInt(1_000_000), weight);
                            weights.merge(row, weight, Long::sum);
                        }
                        if (i % 10_000 == 0) {
                            node.advance(Duration.ofSeconds(7));
                        }
                    }
                    return weights;
                }));
            }
            AtomicBoolean done = new AtomicBoolean();
            List<Future<?>> counters = new ArrayList<>();
            for (int t = 0; t < 2; t++) {
                counters.add(pool.submit(() -> {
                    while (!done.get()) {
                        latencies.count();
                        Thread.onSpinWait();
                    }
                }));
            }
            long[] expected = new long[rows.size()];
            for (Future<Map<OperationEntry, Long>> result : results) {
                for (int i = 0; i < expected.length; i++) {
                    expected[i] += result.get().get(rows.get(i));
                }
            }
            done.set(true);
            for (Future<?> counter : counters) {
                counter.get();
            }
            latencies.count();

            assertThat(latencies.missed()).isZero();
            for (int i = 0; i < expected.length; i++) {
                assertThat(sinceStart(rows.get(i)).count()).isEqualTo(expected[i]);
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
