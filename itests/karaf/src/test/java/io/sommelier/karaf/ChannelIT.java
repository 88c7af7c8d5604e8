package io.sommelier.karaf;

import static io.sommelier.karaf.Sending.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.sommelier.api.CommandHandler;
import io.sommelier.connector.Connector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Channels of connectors that freeze, lose their network, or come all at once; each end is told by the log of the controller, and by what the connector prints. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(300)
class ChannelIT {
    private static final long FROZEN_SECONDS = 30;
    private static final int CROWD = 1000;
    private static final int TARGETS = 10;
    private static final int ROUNDS = 6;
    private static final Pattern CHANNEL =
            Pattern.compile("\"channel\":\"(\\d+)\",\"instance\":\"([^\"]+)\"[^{}]*\"state\":\"ACTIVE\"");

    private Karaf karaf;
    private Http http;

    @BeforeAll
    void start() throws Exception {
        karaf = Karaf.asProcess("channels");
        karaf.editCustomProperties(Map.of("karaf.shutdown.timeout", "30000")); // of which a drain has half
        karaf.edit("io.sommelier.transport.tcp", Map.of("heartbeat", "2s"));
        karaf.edit("io.sommelier.controller", Map.of("healthPeriod", "500ms", "healthFailures", "2"));
        karaf.start();
        http = new Http(karaf);
        eventually(() -> assertThat(http.get("/targets").statusCode()).isEqualTo(200));
    }

    @AfterAll
    void stop() throws Exception {
        karaf.close();
    }

    private CompletableFuture<HttpResponse<String>> slow(String instance) {
        return http.send(
                "cellar", "slow", "{\"millis\":3600000}", "Sommelier-Ttl", "1h", "Sommelier-Instance", instance);
    }

    private void isServed(String instance) {
        eventually(
                () -> assertThat(http.post("cellar", "pour", "", "Sommelier-Instance", instance, "Sommelier-Ttl", "1s")
                                .body())
                        .contains("\"instance\": \"" + instance + "\""));
    }

    @Test
    @Order(1)
    void whoIsFrozenOrCutOffIsFoundByBothEndsAndComesBack() throws Exception {
        try (SwallowingProxy network = new SwallowingProxy(karaf.ports().tcp());
                ConnectorProcess steady = new ConnectorProcess(karaf, "steady");
                ConnectorProcess frozen = new ConnectorProcess(karaf, "frozen");
                ConnectorProcess cut = new ConnectorProcess(network.port(), "cut")) {
            for (String instance : List.of("steady", "frozen", "cut")) {
                isServed(instance);
            }
            CompletableFuture<HttpResponse<String>> atFrozen = slow("frozen");
            CompletableFuture<HttpResponse<String>> atCut = slow("cut");
            CompletableFuture<HttpResponse<String>> atSteady = slow("steady");
            eventually(() -> assertThat(http.get("/inflight").body()).contains("frozen", "cut", "steady"));

            long since = System.nanoTime();
            frozen.freeze();
            network.swallow();

            for (CompletableFuture<HttpResponse<String>> lost : List.of(atFrozen, atCut)) {
                HttpResponse<String> end = lost.get(60, TimeUnit.SECONDS); // of the hour that it has
                assertThat(end.statusCode()).isEqualTo(502);
                assertThat(end.body()).contains("\"code\":\"MEMBER_GONE\"", "\"outcome\":\"UNKNOWN\"");
            }
            String downOfFrozen = Witness.log(karaf, "channel down: frozen", "HEARTBEAT_TIMEOUT");
            String downOfCut = Witness.log(karaf, "channel down: cut", "HEARTBEAT_TIMEOUT");
            assertThat(http.get("/channels").body()).contains("steady").doesNotContain("\"frozen\"");
            for (int i = 0; i < 50; i++) {
                assertThat(http.post("cellar", "pour", "").statusCode()).isEqualTo(200);
            }

            isServed("cut");
            String printed = Witness.last(cut.printed(), "lost the controller, tries again: HEARTBEAT");
            Witness.tell("connector cut", cut.pid(), "its network swallowed what was sent", downOfCut, printed);

            TimeUnit.NANOSECONDS.sleep(since + TimeUnit.SECONDS.toNanos(FROZEN_SECONDS) - System.nanoTime());
            assertThat(http.get("/channels").body()).doesNotContain("\"frozen\"");
            frozen.thaw();

            isServed("frozen");
            Witness.tell(
                    "connector frozen",
                    frozen.pid(),
                    "SIGSTOP, and SIGCONT after " + FROZEN_SECONDS + " s",
                    downOfFrozen,
                    "GET /channels has no frozen",
                    Witness.last(frozen.printed(), "lost the controller, tries again"),
                    Witness.log(karaf, "channel up: frozen"));
            assertThat(atSteady).isNotDone();
            atSteady.cancel(true);
            assertThat(steady.printed()).noneMatch(line -> line.startsWith("lost the controller"));
        }
    }

    @Test
    @Order(2)
    void connectorsInOtherLanguagesServe() throws Exception {
        String websocket = "ws://127.0.0.1:" + karaf.ports().webSocket() + "/sommelier";
        String tcp = "127.0.0.1:" + karaf.ports().tcp();
        assertThat(Script.lines("short.js")).as("a connector in thirty lines").hasSizeLessThanOrEqualTo(30);
        try (Script javascript = Script.start("connector.js", "javascript", websocket);
                Script python = Script.start("connector.py", "python", tcp);
                Script shortJavascript = Script.start("short.js", "short-javascript", websocket);
                Script shortPython = Script.start(
                        "short.py", "short-python", websocket.substring(5).replace("/sommelier", ""))) {
            for (Script script : List.of(javascript, python, shortJavascript, shortPython)) {
                String target = script.target();
                eventually(() -> assertThat(http.post(target, "pour", "a claret", "Sommelier-Ttl", "1s")
                                .body())
                        .contains("a claret"));
                assertThat(http.post(target, "slow", "{\"millis\":50}").body()).contains("50");
                assertThat(http.post(target, "count", "{\"to\":3}").body())
                        .isEqualTo("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
                assertThat(http.post(target, "count", "{\"to\":20000}")
                                .body()) // many times the credit that it begins with
                        .endsWith("{\"n\":20000}\n");
                assertThat(http.post(target, "slow", "no JSON").body()).contains("\"outcome\":\"EXECUTED\"");
                assertThat(http.post(target, "pour", "a".repeat(200_000)).body())
                        .contains("a".repeat(200_000));
                Witness.tell(target, script.pid(), "serves", Witness.log(karaf, "channel up: ", "serves " + target));
            }
            for (Script script : List.of(javascript, python)) {
                assertThat(http.post(script.target(), "fail", "").body())
                        .contains("\"outcome\":\"EXECUTED\"", "this operation always fails");
            }
        }
    }

    /** The channel of an instance: its id, the commands that it has, and how it is. */
    private String channel(String instance) throws Exception {
        Matcher channel = Pattern.compile("\"channel\":\"(\\d+)\",\"instance\":\"" + instance
                        + "\".*?\"toConnector\":(\\d+).*?\"health\":\\{\"state\":\"(\\w+)\".*?\"detail\":\"([^\"]*)\"")
                .matcher(http.get("/channels").body());
        assertThat(channel.find()).isTrue();
        return channel.group(1) + " has " + channel.group(2) + ", " + channel.group(3) + " " + channel.group(4);
    }

    /** The status, and who answered. */
    private String pour() {
        try {
            HttpResponse<String> answer = http.post("cellar", "pour", "");
            Matcher instance = Pattern.compile("\"instance\": \"(\\w+)\"").matcher(answer.body());
            return answer.statusCode() + (instance.find() ? " by " + instance.group(1) : " " + answer.body());
        } catch (IOException broken) {
            return broken.toString();
        }
    }

    @Test
    @Order(5)
    void whoIsDownGetsNothingUntilItIsUpAgainAndNothingIsLost() throws Exception {
        Path down = Path.of("target", "north.down").toAbsolutePath();
        Files.deleteIfExists(down);
        try (ConnectorProcess north = new ConnectorProcess(karaf, "north", "--down", down.toString());
                ConnectorProcess south = new ConnectorProcess(karaf, "south")) {
            isServed("north");
            isServed("south");
            CompletableFuture<HttpResponse<String>> underWay = slow("north");
            eventually(() -> assertThat(http.get("/inflight").body()).contains("\"north\""));
            String id = channel("north").split(" ")[0];
            try (Load load = new Load(Collections.nCopies(4, this::pour))) {
                eventually(() -> assertThat(load.ends()).containsOnlyKeys("200 by north", "200 by south"));

                Files.writeString(down, "the barrel is empty");
                eventually(() -> assertThat(channel("north")).isEqualTo(id + " has 1, DOWN the barrel is empty"));
                assertThat(load.ends()).containsOnlyKeys("200 by north", "200 by south");
                load.forget();
                eventually(() -> assertThat(load.ends().values().stream()
                                .mapToInt(Integer::intValue)
                                .sum())
                        .isGreaterThan(200));
                assertThat(load.ends()).containsOnlyKeys("200 by south");
                HttpResponse<String> named = http.post("cellar", "sommelier.health", "");
                assertThat(named.statusCode()).isEqualTo(404);
                assertThat(named.body()).contains("UNKNOWN_OPERATION");

                Files.delete(down);
                eventually(() -> assertThat(load.ends()).containsOnlyKeys("200 by north", "200 by south"));
                assertThat(channel("north")).startsWith(id + " has ").contains("UP");
            }
            assertThat(underWay).isNotDone();
            underWay.cancel(true);
            for (ConnectorProcess connector : List.of(north, south)) {
                assertThat(connector.printed()).noneMatch(line -> line.startsWith("lost the controller"));
            }
            assertThat(karaf.log().stream()
                            .filter(line -> line.contains("MemberHealth") && line.contains("north"))
                            .map(line -> line.replaceAll(".*(north|south) \\(.*?\\) ", "$1 ")))
                    .hasSize(2)
                    .anyMatch(line -> line.startsWith("north is down, and gets no new commands: the barrel is empty"))
                    .anyMatch(line -> line.startsWith("north is up again"));
        }
    }

    @Test
    @Order(3)
    void aThousandThatComeBackAtOnceAreAllThereAgain() throws Exception {
        EventLoopGroup loops = new NioEventLoopGroup(1);
        List<Connector> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                crowd.add(Sending.connector(karaf, "guest-" + i)
                        .eventLoopGroup(loops)
                        .serves("table-" + i % TARGETS)
                        .handler(
                                "pour",
                                CommandHandler.answering(
                                        invocation -> invocation.command().payload()))
                        .open());
            }
            allAreThere(crowd);

            long killed = karaf.pid();
            karaf.kill();
            int lines = karaf.log().size();
            karaf.start();

            eventually(() -> assertThat(http.get("/targets").statusCode()).isEqualTo(200));
            allAreThere(crowd);
            List<String> up = karaf.log().stream()
                    .skip(lines)
                    .filter(line -> line.contains("channel up: guest-"))
                    .toList();
            assertThat(up).hasSizeGreaterThanOrEqualTo(CROWD);
            Witness.tell(
                    "controller",
                    killed,
                    "kill -9, and a new one, pid " + karaf.pid(),
                    "GET /channels has guest-0 to guest-" + (CROWD - 1),
                    up.get(0),
                    up.get(up.size() - 1));
            for (int i = 0; i < CROWD; i++) {
                HttpResponse<String> answer =
                        http.post("table-" + i % TARGETS, "pour", "to " + i, "Sommelier-Instance", "guest-" + i);
                assertThat(answer.body()).isEqualTo("to " + i);
            }
        } finally {
            crowd.parallelStream().forEach(Connector::close);
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
        eventually(() -> assertThat(http.get("/channels").body()).doesNotContain("guest-"));
        // The broker says what it had begun when it was killed.
        assertThat(Complaints.ours(karaf.log()).stream().filter(line -> !line.contains("AMQ142015")))
                .isEmpty();
    }

    @Test
    @Order(4)
    void tlsComesAtRuntimeAndItsFilesChangeUnderTheChannels(@TempDir Path directory) throws Exception {
        try (TlsFront front = new TlsFront(karaf, directory);
                Connector plain = Sending.connector(karaf, "plain").open()) {
            assertThat(plain.awaitActive(Duration.ofSeconds(60))).isTrue();

            front.secure();

            try (Connector cellar = front.serving(
                            "tls-cellar", "tls://localhost:" + karaf.ports().tcp());
                    Connector kitchen = front.serving(
                            "tls-kitchen", "wss://localhost:" + karaf.ports().webSocket())) {
                eventually(() -> assertThat(front.subjects()).containsOnly("CN=first"));
                Map<String, String> before = front.channels();
                assertThat(before.values()).contains("plain", "tls-cellar", "tls-kitchen");
                Connector[] senders = {plain, cellar, kitchen};

                front.use("second");
                int sent = 0;
                while (!Set.of("CN=second").equals(front.subjects())) {
                    for (Connector sender : senders) {
                        for (String target : List.of("tls-cellar", "tls-kitchen")) {
                            assertThat(Sending.answer(sender, target, "pour", "glass " + sent))
                                    .isEqualTo("glass " + sent);
                            sent++;
                        }
                    }
                }
                assertThat(sent).isPositive();
                assertThat(front.channels()).isEqualTo(before);
                assertThat(front.answer("tls-cellar", "pour", "over https")).isEqualTo("over https");

                int lines = karaf.log().size();
                front.breakFiles();
                for (String part : List.of("transport.tcp", "transport.websocket", "http.engine")) {
                    eventually(() -> assertThat(karaf.shell("sommelier:part-list"))
                            .containsPattern(Pattern.quote(part) + "\\W+DEGRADED.*TLS keeps"));
                }
                assertThat(front.subjects()).containsOnly("CN=second");
                assertThat(front.channels()).isEqualTo(before);
                for (Connector sender : senders) {
                    assertThat(Sending.answer(sender, "tls-kitchen", "pour", "still"))
                            .isEqualTo("still");
                }
                assertThat(karaf.log().stream().skip(lines).filter(line -> line.contains("WARN")))
                        .hasSize(3)
                        .allMatch(line -> line.contains("TLS keeps"));

                front.use("first");
                eventually(() -> assertThat(front.subjects()).containsOnly("CN=first"));
                eventually(() -> assertThat(karaf.shell("sommelier:part-list")).doesNotContain("DEGRADED"));
                assertThat(front.channels()).isEqualTo(before);
            }
        }
    }

    @Test
    @Order(6)
    void aRollingDrainOfTwoMembersUnderLoadLosesNothingAndDoublesNothing() throws Exception {
        String port = Integer.toString(karaf.ports().tcp());
        Map<String, Object> answers = new ConcurrentHashMap<>(); // what was sent, and how it ended
        AtomicInteger sent = new AtomicInteger();
        AtomicLong worstNanos = new AtomicLong();
        try (ConnectorProcess north = new ConnectorProcess("north", CountingConnector.class, "north", port);
                ConnectorProcess south = new ConnectorProcess("south", CountingConnector.class, "south", port);
                Connector caller = Sending.connector(karaf, "caller").open()) {
            assertThat(caller.awaitActive(Duration.ofSeconds(30))).isTrue();
            eventually(() -> assertThat(activeChannels()).containsKeys("north", "south"));

            Supplier<String> overHttp = () -> timed(worstNanos, () -> {
                String text = "http-" + sent.incrementAndGet();
                HttpResponse<String> reply = http.post("cellar", "pour", text);
                answers.put(text, reply.statusCode() == 200 ? reply.body() : reply.statusCode() + " " + reply.body());
            });
            Supplier<String> overTcp = () -> timed(worstNanos, () -> {
                String text = "tcp-" + sent.incrementAndGet();
                answers.put(text, Sending.endOf(Sending.send(caller, "cellar", "pour", text)));
            });
            try (Load load = new Load(List.of(overHttp, overHttp, overHttp, overTcp, overTcp, overTcp))) {
                eventually(() -> assertThat(answers.size()).isGreaterThan(100));
                for (int round = 0; round < ROUNDS; round++) {
                    String instance = round % 2 == 0 ? "north" : "south";
                    String channel = activeChannels().get(instance);
                    HttpResponse<String> report = http.post("channels/" + channel + "/drain?limit=10s", "");
                    assertThat(report.statusCode()).as(report.body()).isEqualTo(200);
                    assertThat(report.body()).contains("\"end\":\"DONE\"", "\"unfinished\":{}");
                    eventually(() -> assertThat(activeChannels().get(instance)).isNotIn(null, channel));
                    int before = answers.size();
                    eventually(() -> assertThat(answers.size()).isGreaterThan(before + 100));
                }
                assertThat(load.ends()).containsOnlyKeys("done");
            }

            Map<String, Integer> executions = new TreeMap<>();
            for (ConnectorProcess member : List.of(north, south)) {
                for (String line : member.printed()) {
                    if (line.startsWith(CountingConnector.EXECUTED)) {
                        executions.merge(line.substring(CountingConnector.EXECUTED.length()), 1, Integer::sum);
                    }
                }
            }
            assertThat(answers).hasSize(sent.get());
            assertThat(answers).allSatisfy((text, answer) -> assertThat(answer).isEqualTo(text));
            assertThat(executions.keySet()).isEqualTo(new TreeMap<>(answers).keySet());
            assertThat(executions.values()).containsOnly(1);
            System.out.println(ROUNDS + " rolling drains under load: " + answers.size()
                    + " commands, each executed once; the worst pause "
                    + TimeUnit.NANOSECONDS.toMillis(worstNanos.get()) + " ms");
        }
        List<String> drained = karaf.log().stream()
                .filter(line -> line.contains("the channel ") && line.contains("is drained after"))
                .toList();
        assertThat(drained).hasSize(ROUNDS);
        drained.forEach(line -> System.out.println("  seen: " + line));
    }

    /** What a thread of a load does once. */
    private interface Once {
        void run() throws Exception;
    }

    private static String timed(AtomicLong worstNanos, Once once) {
        long begin = System.nanoTime();
        try {
            once.run();
        } catch (Exception e) {
            return e.toString();
        }
        worstNanos.accumulateAndGet(System.nanoTime() - begin, Math::max);
        return "done";
    }

    /** The ids of the channels that take commands, by instance. */
    private Map<String, String> activeChannels() throws Exception {
        Map<String, String> ids = new TreeMap<>();
        Matcher channel = CHANNEL.matcher(http.get("/channels").body());
        while (channel.find()) {
            ids.put(channel.group(2), channel.group(1));
        }
        return ids;
    }

    @Test
    @Order(7)
    void atSigtermWhatIsUnderWayIsAnsweredWhatIsNewIsRefusedAndTheLogSaysWhatCameOfIt() throws Exception {
        long stoppedPid = karaf.pid();
        karaf.edit("io.sommelier.controller", Map.of("drainLimit", "10m")); // longer than Karaf lives then
        eventually(() -> assertThat(Witness.log(karaf, "drainLimit is 600000 ms", "then commands have 15000 ms"))
                .contains("WARN"));
        try (ConnectorProcess member = new ConnectorProcess(karaf, "steady")) {
            isServed("steady");
            CompletableFuture<HttpResponse<String>> shortOne = http.send("cellar", "slow", "{\"millis\":2000}");
            CompletableFuture<HttpResponse<String>> longOne = slow("steady");
            eventually(() -> assertThat(http.get("/inflight").body()).contains("\"inFlight\":2"));

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> {
                try {
                    karaf.stop();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            HttpResponse<String> refused;
            do {
                refused = http.post("cellar", "pour", "");
            } while (refused.statusCode() == 200);

            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
            assertThat(refused.body()).contains("\"code\":\"DRAINING\"", "\"outcome\":\"NOT_SENT\"");
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(shortOne.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            HttpResponse<String> cut = longOne.get(60, TimeUnit.SECONDS);
            assertThat(cut.body()).contains("\"code\":\"DRAINING\"", "\"outcome\":\"UNKNOWN\"");
            stopped.get(60, TimeUnit.SECONDS);
            assertThat(member.printed()).anyMatch(line -> line.contains("SHUTDOWN"));
        }
        String drained = Witness.log(karaf, "the controller ", "is drained after");
        assertThat(drained).contains(" LIMIT", "1 did not {UNKNOWN=1}");
        Witness.tell("controller", stoppedPid, "SIGTERM", drained);
    }

    private void allAreThere(List<Connector> crowd) throws Exception {
        for (Connector guest : crowd) {
            assertThat(guest.awaitActive(Duration.ofSeconds(60))).isTrue();
        }
        String channels = http.get("/channels").body();
        for (int i = 0; i < CROWD; i++) {
            assertThat(channels).contains("\"guest-" + i + "\"");
        }
    }
}
