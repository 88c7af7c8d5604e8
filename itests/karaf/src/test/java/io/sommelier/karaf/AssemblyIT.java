package io.sommelier.karaf;

import static io.sommelier.karaf.Sending.answer;
import static io.sommelier.karaf.Sending.endOf;
import static io.sommelier.karaf.Sending.eventually;
import static io.sommelier.karaf.Sending.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import io.sommelier.connector.ConnectorState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** The assembly that is shipped, started once; a connector in this JVM is there from the first test to the last. The tests build on each other, in their order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(300)
class AssemblyIT {
    /** What is installed at the start, and what each says of whom it waits for; the shell is spoken for by Karaf. */
    private static final Map<String, String> PARTS = new TreeMap<>(Map.ofEntries(
            Map.entry("sommelier-controller", "waits for transports"),
            Map.entry("sommelier-pipeline", "waits for a controller"),
            Map.entry("sommelier-transport-embedded", "waits for a controller, and for handlers"),
            Map.entry("sommelier-transport-tcp", "waits for a controller"),
            Map.entry("sommelier-transport-websocket", "waits for a controller"),
            Map.entry("sommelier-runtime-artemis", "waits for nobody"),
            Map.entry("sommelier-mailbox-artemis", "waits for a broker, and for a controller"),
            Map.entry("sommelier-runtime-camel", "waits for bundles that want contexts"),
            Map.entry("sommelier-http-engine", "Waits for Camel routes"),
            Map.entry("sommelier-gateway-jms", "waits for a broker and a controller"),
            Map.entry("sommelier-gateway-http", "Waits for an HTTP server to be mounted on"),
            Map.entry("sommelier-shell", "Command registration delayed for bundle io.sommelier.shell")));

    private static final Pattern WAITS = Pattern.compile("[Ww]aits for |registration delayed");

    private final List<ConnectorState> states = new ArrayList<>();
    private Karaf karaf;
    private Connector cellar;

    @BeforeAll
    void start() throws Exception {
        long begin = System.nanoTime();
        karaf = Karaf.underPaxExam("assembly");
        karaf.start();
        cellar = Sending.connector(karaf, "cellar-1")
                .serves("cellar")
                .handler(
                        "pour",
                        CommandHandler.answering(invocation -> Payload.ofText(
                                "poured " + invocation.command().payload().asText())))
                .onState(this::changed)
                .open();
        assertThat(cellar.awaitActive(Duration.ofSeconds(120))).isTrue();
        System.out.println(
                "a channel is up " + Duration.ofNanos(System.nanoTime() - begin) + " after the unpacking began");
    }

    private void changed(ConnectorState state) {
        synchronized (states) {
            states.add(state);
        }
    }

    private int changes() {
        synchronized (states) {
            return states.size();
        }
    }

    @AfterAll
    void stop() throws Exception {
        cellar.close();
        karaf.close();
    }

    @Test
    @Order(1)
    void aConnectorThatDialsInServesAndSends() {
        assertThat(answer(cellar, "cellar", "pour", "red")).isEqualTo("poured red");
    }

    @Test
    @Order(2)
    void aHandlerThatIsDroppedServesAndASenderThatIsDroppedGetsItsAnswer() throws Exception {
        karaf.drop(Karaf.material("sommelier-greeter.jar"), "greeter.jar");

        eventually(() -> assertThat(answer(cellar, "greeter", "greet", "Ann")).isEqualTo("Hello, Ann!"));

        karaf.drop(Karaf.material("sommelier-caller.jar"), "caller.jar");

        eventually(() -> assertThat(karaf.log()).anyMatch(line -> line.endsWith(" | Hello, Caller!")));
    }

    @Test
    @Order(3)
    void theShellPrintsWhatItsReadmeShows() throws Exception {
        List<Promised> promised = Promised.of(Path.of("..", "..", "bundles", "shell", "README.md"));
        assertThat(promised).hasSizeGreaterThan(5);

        for (Promised step : promised) {
            assertThat(karaf.shell(step.command()).trim().replace("\r", ""))
                    .as(step.command())
                    .matches(step.pattern());
        }
    }

    @Test
    @Order(4)
    void anUpdateOfAHandlerLosesNoCommandThatItHas() throws Exception {
        karaf.drop(Jars.slow("1.0.0"), "slow.jar");
        eventually(() -> assertThat(answer(cellar, "slow", "wait", "0")).isEqualTo("1.0.0"));

        List<Call> underWay = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            underWay.add(send(cellar, "slow", "wait", "4000"));
        }
        karaf.drop(Jars.slow("2.0.0"), "slow.jar");

        assertThat(underWay).allSatisfy(call -> assertThat(answer(call)).isEqualTo("1.0.0"));
        eventually(() -> assertThat(answer(cellar, "slow", "wait", "0")).isEqualTo("2.0.0"));
    }

    @Test
    @Order(5)
    void whileAHandlerIsUpdatedUnderLoadNoCommandIsLost() throws Exception {
        Queue<Object> ends = new ConcurrentLinkedQueue<>();
        AtomicBoolean isOver = new AtomicBoolean();
        Thread load = new Thread(
                () -> {
                    while (!isOver.get()) {
                        ends.add(endOf(send(cellar, "slow", "wait", "1")));
                    }
                },
                "load");
        load.start();
        karaf.drop(Jars.slow("3.0.0"), "slow.jar");
        eventually(() -> assertThat(ends).contains("3.0.0"));
        isOver.set(true);
        load.join(30_000);

        assertThat(ends).contains("2.0.0").containsOnly("2.0.0", "3.0.0");
    }

    @Test
    @Order(6)
    void aHandlerThatIsTakenAwayAnswersWhatItHasAndIsGone() throws Exception {
        Call underWay = send(cellar, "slow", "wait", "3000");

        karaf.takeAway("slow.jar");
        karaf.takeAway("greeter.jar");
        karaf.takeAway("caller.jar");

        assertThat(answer(underWay)).isEqualTo("3.0.0");
        for (String gone : List.of("karaf.slow", "examples.greeter", "examples.caller")) {
            eventually(
                    () -> assertThat(karaf.bundleState("io.sommelier." + gone)).isEmpty());
        }
        assertThat(endOf(cellar.send(
                        Sending.command("greeter", "greet", "Ann", 1).build())))
                .isEqualTo(Outcome.NOT_SENT);
    }

    @Test
    @Order(7)
    void anEditTakesEffectAndTheChannelsStay() throws Exception {
        int changesBefore = changes();
        int port = Ports.free().tcp();

        karaf.edit("io.sommelier.controller", Map.of("knownTargets", "attic"));
        karaf.edit("io.sommelier.transport.tcp", Map.of("port", String.valueOf(port)));

        eventually(() ->
                assertThat(karaf.shell("sommelier:target-list --no-format")).contains("attic"));
        eventually(() -> {
            try (Connector late =
                    Connector.builder("late-1").controller("127.0.0.1:" + port).open()) {
                assertThat(late.awaitActive(Duration.ofSeconds(2))).isTrue();
                assertThat(answer(late, "cellar", "pour", "white")).isEqualTo("poured white");
            }
        });
        assertThat(changes()).as("the channel of the connector is the same").isEqualTo(changesBefore);
        assertThat(karaf.log().stream().filter(line -> line.contains("controller controller-1 is here")))
                .as("the controller was not started again")
                .hasSize(1);

        karaf.edit(
                "io.sommelier.transport.tcp",
                Map.of("port", String.valueOf(karaf.ports().tcp())));
    }

    @Test
    @Order(8)
    void nobodyElseWritesIntoASavedFileButTheShellWhenItIsAsked() throws Exception {
        Path file = karaf.settings("io.sommelier.controller");
        karaf.edit("io.sommelier.controller", Map.of("maxAttempts", "  5  "));
        byte[] saved = Files.readAllBytes(file);
        FileTime savedAt = Files.getLastModifiedTime(file);

        eventually(() -> assertThat(karaf.log()).anyMatch(line -> line.contains("maxAttempts=5")));
        karaf.edit("io.sommelier.transport.tcp", Map.of("sendQueueCapacity", "2048")); // told of after the other
        eventually(() -> assertThat(karaf.log()).anyMatch(line -> line.contains("sendQueueCapacity=2048")));

        assertThat(file).hasBinaryContent(saved);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(savedAt);

        karaf.shell("config:property-set --pid io.sommelier.controller maxAttempts 6");
        eventually(() -> assertThat(karaf.log()).anyMatch(line -> line.contains("maxAttempts=6")));
        assertThat(file).content().contains("# ").containsPattern("(?m)^maxAttempts *= *6$");
    }

    @Test
    @Order(9)
    void aBadEditIsRefusedWithOneWarningThatNamesEverything() throws Exception {
        karaf.edit("io.sommelier.controller", Map.of("maxAttempts", "many", "streamIdle", "never"));

        eventually(() -> assertThat(karaf.log()).anyMatch(AssemblyIT::isRefusal));
        assertThat(answer(cellar, "cellar", "pour", "red")).isEqualTo("poured red");

        karaf.edit("io.sommelier.controller", Map.of("maxAttempts", "4", "streamIdle", "20s"));
        eventually(() -> assertThat(karaf.log()).anyMatch(line -> line.contains("maxAttempts=4")));
        assertThat(karaf.log().stream().filter(line -> line.contains("The changed settings are refused")))
                .hasSize(1);
    }

    private static boolean isRefusal(String line) {
        return line.contains("The changed settings are refused")
                && line.contains("maxAttempts = many")
                && line.contains("streamIdle = never");
    }

    @Test
    @Order(10)
    void eachFeatureInstallsAloneSaysWhomItWaitsForAndGoesAgain() throws Exception {
        for (String part : PARTS.keySet()) {
            karaf.uninstallFeature(part);
        }
        karaf.uninstallFeature("sommelier-camel"); // says nothing: others take it into their contexts
        assertThat(karaf.bundlesOfOurs()).isEmpty();

        for (Map.Entry<String, String> part : PARTS.entrySet()) {
            int linesBefore = karaf.log().size();
            installsAndGoes(part.getKey());
            assertThat(karaf.log().stream().skip(linesBefore).filter(line -> saysWhomItWaitsFor(part.getKey(), line)))
                    .as("what %s says alone", part.getKey())
                    .singleElement()
                    .asString()
                    .contains(part.getValue());
        }
        installsAndGoes("sommelier-camel");
        installsAndGoes("sommelier-connector");
        installsAndGoes("sommelier-greeter");
        installsAndGoes("sommelier-caller");
        installsAndGoes("sommelier");
        installsAndGoes("sommelier");
    }

    private static boolean saysWhomItWaitsFor(String feature, String line) {
        String bundle = "io." + feature.replace('-', '.');
        return line.contains(" INFO ")
                && line.contains(bundle)
                && WAITS.matcher(line).find();
    }

    private void installsAndGoes(String feature) throws Exception {
        karaf.installFeature(feature);
        assertThat(karaf.bundlesOfOurs())
                .as(feature)
                .isNotEmpty()
                .containsValue("Active")
                .doesNotContainValue("Installed");

        karaf.uninstallFeature(feature);
        assertThat(karaf.bundlesOfOurs()).as("after " + feature).isEmpty();
    }

    @Test
    @Order(11)
    void whenThePartsComeAgainTheConnectorIsBackByItself() throws Exception {
        for (String part : PARTS.keySet()) {
            karaf.installFeature(part);
        }

        eventually(() -> assertThat(answer(cellar, "cellar", "pour", "red")).isEqualTo("poured red"));
    }

    @Test
    @Order(12)
    void theLogHasNoComplaintOfOursBeyondTheRefusalAndNoStackTrace() throws Exception {
        List<String> log = karaf.log();

        assertThat(Complaints.ours(log).stream().filter(line -> !line.contains("The changed settings are refused")))
                .isEmpty();
        // Pax Exam starts Karaf without the locator of its specs, and the framework complains.
        assertThat(log.stream()
                        .filter(line -> line.contains(" | ERROR | "))
                        .filter(line -> !line.contains("OsgiLocator") && !line.endsWith("| FrameworkEvent ERROR")))
                .isEmpty();
    }
}
