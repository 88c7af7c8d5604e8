package io.sommelier.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CommandId;
import io.sommelier.api.Outcome;
import io.sommelier.api.Target;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.CommandState;
import io.sommelier.api.admin.CommandView;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.DrainEnd;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.api.admin.DrainReport;
import io.sommelier.api.admin.EventCount;
import io.sommelier.api.admin.HealthView;
import io.sommelier.api.admin.LatencyView;
import io.sommelier.api.admin.OutcomeCount;
import io.sommelier.api.admin.TargetView;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.karaf.shell.support.table.ShellTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the lists of channels and commands print, and how one command is cancelled. */
@Timeout(20)
class ListsTest {
    private static final String ID = "01890a5d-ac96-774b-bcce-b302099a8057";
    private static final ChannelView GREETER = new ChannelView(
            "12",
            "root:io.sommelier.examples.greeter:0",
            "greeter",
            List.of("greet"),
            "embedded",
            "this JVM (root)",
            "",
            Map.of(),
            ChannelView.State.ACTIVE,
            Duration.ofSeconds(75),
            0,
            0,
            256,
            new HealthView(HealthView.State.UNASKED, Duration.ofSeconds(75), 0, ""));
    private static final ChannelView SENDER = new ChannelView(
            "3",
            "desk",
            "",
            List.of(),
            "tcp",
            "127.0.0.1:4711",
            "ann",
            Map.of(),
            ChannelView.State.DRAINING,
            Duration.ofDays(3).plusHours(2),
            0,
            7,
            0,
            new HealthView(HealthView.State.DOWN, Duration.ofSeconds(65), 4, "no barrel"));

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.US_ASCII);
    private final FakeAdmin admin = new FakeAdmin();

    private static CommandView command(String principal, CommandState state, String holder) {
        return new CommandView(
                CommandId.parse(ID),
                principal,
                "desk",
                new Target("cellar", ""),
                "pour",
                state,
                1,
                Duration.ofMillis(250),
                Duration.ofSeconds(29),
                holder,
                "",
                512,
                false,
                false);
    }

    private static final DrainReport REPORT = new DrainReport(
            "target cellar",
            DrainEnd.LIMIT,
            Duration.ofMillis(5010),
            3,
            Map.of(Outcome.UNKNOWN, 1L),
            List.of(new DrainReport.Unfinished(
                    CommandId.parse(ID), "ann", "desk", new Target("cellar", ""), "pour", "north", Outcome.UNKNOWN)),
            List.of(new DrainReport.ChannelReport(
                    "7",
                    "north",
                    "cellar",
                    "tcp",
                    DrainEnd.LIMIT,
                    "SHUTDOWN: the target cellar is drained",
                    Duration.ofMillis(5000),
                    3,
                    1,
                    2,
                    0,
                    0)));

    private static final class FakeAdmin implements ControllerAdmin {
        final List<CommandView> live = new ArrayList<>();
        final List<String> cancelled = new ArrayList<>();
        boolean isTooLate;
        DrainOrder ordered;

        @Override
        public String controllerId() {
            return "controller-1";
        }

        @Override
        public List<OutcomeCount> outcomes() {
            return List.of();
        }

        @Override
        public List<EventCount> events() {
            return List.of(new EventCount("late parts", 7), new EventCount("strange notes", 0));
        }

        @Override
        public List<LatencyView> latencies() {
            return List.of();
        }

        @Override
        public List<LatencyView> latencies(String targetId) {
            return List.of();
        }

        @Override
        public List<TargetView> targets() {
            return List.of();
        }

        @Override
        public List<ChannelView> channels() {
            return List.of();
        }

        @Override
        public long inFlight() {
            return live.size();
        }

        @Override
        public Optional<CompletionStage<DrainReport>> drainChannel(String channelId, DrainOrder order) {
            return Optional.empty();
        }

        @Override
        public Optional<CompletionStage<DrainReport>> drainTarget(String targetId, DrainOrder order) {
            ordered = order;
            return Optional.of(CompletableFuture.completedStage(REPORT));
        }

        @Override
        public CompletionStage<DrainReport> drainController(DrainOrder order) {
            throw new IllegalArgumentException("limit = PT2H is above maxDrainLimit");
        }

        @Override
        public boolean resume() {
            return true;
        }

        @Override
        public boolean isDraining() {
            return false;
        }

        @Override
        public List<CommandView> inFlight(int limit) {
            return live.subList(0, Math.min(limit, live.size()));
        }

        @Override
        public Optional<CommandView> command(String principal, CommandId id) {
            return commands(id).stream()
                    .filter(one -> one.principal().equals(principal))
                    .findFirst();
        }

        @Override
        public List<CommandView> commands(CommandId id) {
            return live.stream().filter(one -> one.id().equals(id)).toList();
        }

        @Override
        public boolean cancel(String principal, CommandId id, String reason) {
            cancelled.add(principal + " " + id + " " + reason);
            return !isTooLate;
        }

        @Override
        public long bytesHeld() {
            return 0;
        }
    }

    private String print(ShellTable table, boolean isTable) {
        bytes.reset();
        table.print(out, isTable);
        return bytes.toString(StandardCharsets.US_ASCII);
    }

    /** The columns of one line, which are padded also where there is no table. */
    private static List<String> columns(String line) {
        return Arrays.stream(line.split("\t", -1)).map(String::strip).toList();
    }

    private String printed() {
        return bytes.toString(StandardCharsets.US_ASCII).trim();
    }

    private boolean cancel(String id, String principal) {
        return new Cancelling(admin, out).cancel(id, principal, "closing time", false);
    }

    /** What the README shows behind a command line, as a pattern: {@code ...} stands for anything. */
    private static Pattern promised(String line) throws IOException {
        String prompt = "karaf@root()> ";
        List<String> output = Files.readAllLines(Path.of("README.md")).stream()
                .dropWhile(text -> !text.equals(prompt + line))
                .skip(1)
                .takeWhile(text -> !text.startsWith(prompt) && !text.startsWith("```"))
                .toList();
        assertThat(output).as("the README shows %s", line).isNotEmpty();
        return Pattern.compile(output.stream()
                .map(text -> Arrays.stream(text.stripTrailing().split(Pattern.quote("..."), -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")))
                .collect(Collectors.joining("\\s*\\n", "", "\\s*")));
    }

    // ---- channels ----

    @Test
    void channelsAreListedAsTheReadmeShows() throws IOException {
        String text = print(ChannelList.table(List.of(SENDER, GREETER), "greeter"), true);

        assertThat(text).matches(promised("sommelier:channel-list greeter")).doesNotContain("desk");
    }

    @Test
    void withoutATargetChannelsThatOnlySendAreListedToo() {
        List<String> lines = print(ChannelList.table(List.of(SENDER, GREETER), null), false)
                .lines()
                .toList();

        assertThat(lines).hasSize(2);
        assertThat(columns(lines.get(0)))
                .containsExactly(
                        "3",
                        "desk",
                        "",
                        "tcp",
                        "127.0.0.1:4711",
                        "DRAINING",
                        "3d 2h",
                        "0",
                        "7",
                        "ann",
                        "DOWN 1m 5s, 4 failed: no barrel");
    }

    @Test
    void healthIsShownWithWhatItIsBasedOn() {
        assertThat(HealthColumn.of(new HealthView(HealthView.State.UP, Duration.ofSeconds(5), 0, "")))
                .isEqualTo("UP 5s");
        assertThat(HealthColumn.of(new HealthView(HealthView.State.UP, Duration.ofSeconds(5), 1, "no answer")))
                .isEqualTo("UP 5s, 1 failed: no answer");
        assertThat(HealthColumn.of(new HealthView(HealthView.State.UNASKED, Duration.ofSeconds(5), 0, "")))
                .isEmpty();
    }

    // ---- the controller ----

    @Test
    void theControllerIsShownWithWhatItHasAndWhatItCounts() {
        admin.live.add(command("ann", CommandState.DISPATCHED, "north"));

        String text = print(ControllerInfo.table(admin), true);

        assertThat(text).startsWith("Controller controller-1 ");
        assertThat(text.lines().skip(2).map(line -> line.replaceAll(" +", " ").strip()))
                .containsExactly(
                        "commands in flight | 1", "bytes that they hold | 0", "late parts | 7", "strange notes | 0");
    }

    // ---- latencies ----

    private static LatencyView latency(String operation, long count, Duration time) {
        LatencyView.Times some = new LatencyView.Times(
                count,
                count,
                time,
                time.multipliedBy(2),
                time.multipliedBy(20),
                time.multipliedBy(100),
                time.multipliedBy(90_000));
        LatencyView.Times none =
                new LatencyView.Times(0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
        return new LatencyView("greeter", operation, some, none);
    }

    @Test
    void latenciesAreListedAsTheReadmeShows() throws IOException {
        Duration time = Duration.ofNanos(400);

        String text = print(
                LatencyList.table(List.of(latency("", 1, time), latency("greet", 1, time)), LatencyView::recent), true);

        assertThat(text).matches(promised("sommelier:latency-list greeter"));
    }

    @Test
    void timesHaveThreeFiguresAndTheUnitThatFits() {
        List<String> columns = columns(print(
                LatencyList.table(List.of(latency("greet", 7, Duration.ofNanos(9_996))), LatencyView::recent), false));

        assertThat(columns).containsExactly("greeter", "greet", "7", "10.0us", "20.0us", "200us", "1.00ms", "900ms");
        assertThat(Span.brief(Duration.ofSeconds(3))).isEqualTo("3.00s");
        assertThat(Span.brief(Duration.ofSeconds(1000))).isEqualTo("16m 40s");
    }

    @Test
    void whereNothingEndedSinceThereAreNoTimes() {
        List<String> columns = columns(print(
                LatencyList.table(List.of(latency("greet", 7, Duration.ofMillis(1))), LatencyView::sinceStart), false));

        assertThat(columns).containsExactly("greeter", "greet", "0", "-", "-", "-", "-", "-");
    }

    @Test
    void timesToTheFirstPartAreListedWhereTheyAreAskedFor() {
        LatencyView.Times end = latency("tell", 7, Duration.ofMillis(5)).recent();
        LatencyView.Times first = latency("tell", 3, Duration.ofMillis(1)).recent();
        LatencyView view = new LatencyView("greeter", "tell", end, end, first, first, true);

        for (boolean sinceStart : new boolean[] {false, true}) {
            assertThat(columns(print(LatencyList.table(List.of(view), LatencyList.which(sinceStart, true)), false)))
                    .startsWith("greeter", "tell", "3", "1.00ms");
            assertThat(columns(print(LatencyList.table(List.of(view), LatencyList.which(sinceStart, false)), false)))
                    .startsWith("greeter", "tell", "7", "5.00ms");
        }
    }

    @Test
    void anOperationWhoseTimesAreNotKeptSaysSoAndItsTargetHasAtLeastTheOthers() {
        LatencyView.Times none = LatencyView.Times.NONE;
        LatencyView.Times some = latency("greet", 7, Duration.ofMillis(5)).recent();

        assertThat(columns(print(
                        LatencyList.table(
                                List.of(new LatencyView("greeter", "greet", none, none, none, none, false)),
                                LatencyView::recent),
                        false)))
                .containsExactly("greeter", "greet", "not kept", "-", "-", "-", "-", "-");
        assertThat(columns(print(
                        LatencyList.table(
                                List.of(new LatencyView("greeter", "", some, some, none, none, false)),
                                LatencyView::recent),
                        false)))
                .startsWith("greeter", "(all)", ">= 7", "5.00ms");
    }

    // ---- commands ----

    @Test
    void commandsAreListedWithWhereTheyAreAndWhoHasThem() {
        admin.live.add(command("ann", CommandState.DISPATCHED, "north"));

        List<String> columns = columns(print(CommandList.table(admin.inFlight(9)), false));

        assertThat(columns)
                .containsExactly(ID, "cellar", "pour", "DISPATCHED", "1", "250ms", "29s", "north", "desk", "ann");
    }

    @Test
    void whenNothingIsInFlightTheListSaysSoAsTheReadmeShows() throws IOException {
        assertThat(print(CommandList.table(List.of()), true)).matches(promised("sommelier:command-list"));
    }

    // ---- cancelling ----

    @Test
    void commandIsCancelledByItsIdAndWhatItWasIsPrinted() {
        admin.live.add(command("ann", CommandState.DISPATCHED, "north"));

        assertThat(cancel(ID, null)).isTrue();

        assertThat(admin.cancelled).containsExactly("ann " + ID + " closing time");
        assertThat(printed()).isEqualTo("cancelled pour of cellar, which was DISPATCHED, at north");
    }

    @Test
    void scriptGetsTheColumnsOfTheList() {
        admin.live.add(command("", CommandState.SUBMITTED, ""));

        new Cancelling(admin, out).cancel(ID, null, "", true);

        assertThat(columns(printed())).startsWith(ID, "cellar", "pour", "SUBMITTED", "1");
    }

    @Test
    void idOfSeveralPrincipalsIsNotCancelledByGuessing() {
        admin.live.add(command("ann", CommandState.QUEUED, "north"));
        admin.live.add(command("", CommandState.WAITING, "cellar"));

        assertThat(cancel(ID, null)).isFalse();
        assertThat(admin.cancelled).isEmpty();
        assertThat(printed()).endsWith("name one with --principal: 'ann' ''");

        assertThat(cancel(ID, "")).isTrue();
        assertThat(admin.cancelled).containsExactly(" " + ID + " closing time");
    }

    @Test
    void commandThatIsNotThereOrHasJustEndedIsNotCancelled() throws IOException {
        assertThat(cancel(ID, null)).isFalse();
        assertThat(printed()).matches(promised("sommelier:command-cancel " + ID));
        admin.live.add(command("ann", CommandState.QUEUED, "north"));
        assertThat(cancel(ID, "bob")).isFalse();
        assertThat(admin.cancelled).isEmpty();

        admin.isTooLate = true;
        assertThat(cancel(ID, "ann")).isFalse();
    }

    @Test
    void aDrainIsReportedWithItsChannelsAndWhatDidNotFinish() throws Exception {
        assertThat(new Draining(admin, out, false).target("cellar", "5s", true)).isFalse();

        assertThat(admin.ordered)
                .isEqualTo(DrainOrder.usual().within(Duration.ofSeconds(5)).stayingAway(true));
        assertThat(printed())
                .startsWith("the target cellar is drained, LIMIT after 5s: 3 commands finished, 1 did not {UNKNOWN=1}")
                .contains("north")
                .contains(ID);
    }

    @Test
    void ofADrainAScriptGetsTheColumns() throws Exception {
        new Draining(admin, out, true).target("cellar", null, false);

        assertThat(admin.ordered).isEqualTo(DrainOrder.usual());
        assertThat(columns(printed().lines().findFirst().orElseThrow()))
                .containsExactly("7", "north", "LIMIT", "5s", "3", "2", "1", "0", "0");
    }

    @Test
    void aDrainThatCannotBeIsSaidToBeNone() throws Exception {
        assertThat(new Draining(admin, out, false).channel("42", null, false)).isFalse();
        assertThat(new Draining(admin, out, false).channel("7", "soon", false)).isFalse();
        assertThat(new Draining(admin, out, false).controller("2h", false)).isFalse();
        assertThat(new Draining(admin, out, false).resume()).isTrue();

        assertThat(printed().lines())
                .containsExactly(
                        "no channel has the id 42",
                        "--limit 'soon' is no time, allowed are 250ms, 5s, 2m or 1h",
                        "limit = PT2H is above maxDrainLimit",
                        "the controller takes commands and connectors again");
    }

    @Test
    void whatIsNoIdIsSaidToBeNone() {
        assertThat(cancel("42", null)).isFalse();

        assertThat(printed())
                .isEqualTo("'42' is no command id, allowed is a UUID: 32 hexadecimal digits as 8-4-4-4-12");
    }

    @Test
    void timesAreShownByTheirTwoGreatestUnits() {
        assertThat(List.of(
                        Span.of(Duration.ZERO),
                        Span.of(Duration.ofMillis(999)),
                        Span.of(Duration.ofMillis(12_900)),
                        Span.of(Duration.ofSeconds(185)),
                        Span.of(Duration.ofMinutes(124)),
                        Span.of(Duration.ofHours(74))))
                .containsExactly("0ms", "999ms", "12s", "3m 5s", "2h 4m", "3d 2h");
    }
}
