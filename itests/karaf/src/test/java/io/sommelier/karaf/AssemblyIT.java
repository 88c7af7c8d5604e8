package io.sommelier.karaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import io.sommelier.connector.ConnectorState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
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
    private static final List<String> PARTS = List.of(
            "sommelier-shell",
            "sommelier-transport-tcp",
            "sommelier-transport-embedded",
            "sommelier-pipeline",
            "sommelier-controller");

    /** Our warnings and errors; a line starts with the time and the level. */
    private static final Pattern COMPLAINT = Pattern.compile("[-0-9T:,]+ \\| (WARN|ERROR) .* io\\.sommelier\\..*");

    private final List<ConnectorState> states = new ArrayList<>();
    private Karaf karaf;
    private Connector cellar;

    @BeforeAll
    void start() throws Exception {
        long begin = System.nanoTime();
        karaf = new Karaf();
        karaf.start();
        cellar = Connector.builder("cellar-1")
                .controller("127.0.0.1:" + karaf.tcpPort())
                .dialWait(Duration.ofMillis(50), Duration.ofMillis(500))
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

    private static String answer(CommandSender sender, String target, String operation, String text) {
        return answer(send(sender, target, operation, text));
    }

    private static Call send(CommandSender sender, String target, String operation, String text) {
        return sender.send(Command.to(target, operation)
                .ttl(Duration.ofSeconds(20))
                .payload(Payload.ofText(text))
                .build());
    }

    private static String answer(Call call) {
        return call.result()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join()
                .payload()
                .asText();
    }

    private static void eventually(org.assertj.core.api.ThrowableAssert.ThrowingCallable assertion) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .untilAsserted(assertion::call);
    }

    @Test
    @Order(1)
    void aConnectorThatDialsInServesAndSends() {
        assertThat(answer(cellar, "cellar", "pour", "red")).isEqualTo("poured red");
    }

    @Test
    @Order(2)
    void aHandlerThatIsDroppedServes() throws Exception {
        karaf.drop(Karaf.material("sommelier-greeter.jar"), "greeter.jar");

        eventually(() -> assertThat(answer(cellar, "greeter", "greet", "Ann")).isEqualTo("Hello, Ann!"));
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
    void whileAHandlerIsUpdatedUnderLoadEveryCommandEndsAndNoneIsUnknown() throws Exception {
        ConcurrentLinkedQueue<Object> ends = new ConcurrentLinkedQueue<>();
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
        karaf.takeAway("slow.jar");
        eventually(
                () -> assertThat(karaf.bundleState("io.sommelier.karaf.slow")).isEmpty());
        isOver.set(true);
        load.join(30_000);

        System.out.println("ends under load: "
                + ends.stream()
                        .collect(java.util.stream.Collectors.groupingBy(
                                end -> end, java.util.stream.Collectors.counting())));
        assertThat(ends).containsAnyOf("2.0.0").containsOnly("2.0.0", "3.0.0", Outcome.NOT_SENT);
    }

    private static Object endOf(Call call) {
        try {
            return answer(call);
        } catch (CompletionException failure) {
            return ((CommandException) failure.getCause()).error().outcome();
        }
    }

    @Test
    @Order(6)
    void aHandlerThatIsTakenAwayIsGone() throws Exception {
        karaf.takeAway("greeter.jar");

        eventually(
                () -> assertThat(endOf(send(cellar, "greeter", "greet", "Ann"))).isEqualTo(Outcome.NOT_SENT));
        eventually(() ->
                assertThat(karaf.bundleState("io.sommelier.examples.greeter")).isEmpty());
    }

    @Test
    @Order(7)
    void anEditTakesEffectAndTheChannelsStay() throws Exception {
        int changesBefore = changes();
        int port = Karaf.freePort();

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

        karaf.edit("io.sommelier.transport.tcp", Map.of("port", String.valueOf(karaf.tcpPort())));
    }

    @Test
    @Order(8)
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
    @Order(9)
    void eachFeatureInstallsAloneAndGoesAgain() throws Exception {
        for (String part : PARTS) {
            karaf.uninstallFeature(part);
        }
        assertThat(karaf.bundleState("io.sommelier.api")).isEmpty();

        for (String part : PARTS) {
            installsAndGoes(
                    part, part.replaceFirst("sommelier-", "io.sommelier.").replace('-', '.'));
        }
        installsAndGoes("sommelier-connector", "io.sommelier.connector");
        installsAndGoes("sommelier-greeter", "io.sommelier.examples.greeter");
        installsAndGoes("sommelier", "io.sommelier.controller");
        installsAndGoes("sommelier", "io.sommelier.controller");
    }

    private void installsAndGoes(String feature, String bundle) throws Exception {
        karaf.installFeature(feature);
        assertThat(karaf.bundleState(bundle)).as(feature).isEqualTo("Active");

        karaf.uninstallFeature(feature);
        assertThat(karaf.bundleState("io.sommelier.api")).as("after " + feature).isEmpty();
    }

    @Test
    @Order(10)
    void whenThePartsComeAgainTheConnectorIsBackByItself() throws Exception {
        for (String part : PARTS) {
            karaf.installFeature(part);
        }

        eventually(() -> assertThat(answer(cellar, "cellar", "pour", "red")).isEqualTo("poured red"));
    }

    @Test
    @Order(11)
    void theLogHasNoComplaintOfOursBeyondTheRefusalAndNoStackTrace() throws Exception {
        List<String> log = karaf.log();

        assertThat(log.stream()
                        .filter(line -> COMPLAINT.matcher(line).matches())
                        .filter(line -> !line.contains("The changed settings are refused")))
                .isEmpty();
        assertThat(log.stream().filter(line -> line.matches("\\s+at .*io\\.sommelier.*")))
                .isEmpty();
        // Pax Exam starts Karaf without the locator of its specs, and the framework complains.
        assertThat(log.stream()
                        .filter(line -> line.contains(" | ERROR | "))
                        .filter(line -> !line.contains("OsgiLocator") && !line.endsWith("| FrameworkEvent ERROR")))
                .isEmpty();
    }
}
