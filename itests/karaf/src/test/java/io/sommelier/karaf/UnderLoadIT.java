package io.sommelier.karaf;

import static io.sommelier.karaf.Sending.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import io.sommelier.karaf.probe.Probe;
import io.sommelier.karaf.probe.ProbeMXBean;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.JMX;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Handlers and transports that are updated, go and come while commands flow: every command is answered, none is executed twice, and who has nothing to do with it sees nothing of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class UnderLoadIT {
    private static final int HANDLER_UPDATES = 50;
    private static final int TRANSPORT_UPDATES = 10;

    /** So many are answered between two updates, at least. */
    private static final int BETWEEN = 20;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final UnaryOperator<String> SAME = UnaryOperator.identity();
    private static final Pattern CHANNEL =
            Pattern.compile("\"channel\":\"([^\"]+)\",\"instance\":\"([^\"]+)\"[^}]*\"transport\":\"([^\"]+)\"");

    /** How often each payload was executed by the connectors of this JVM. */
    private final Map<String, Integer> executions = new ConcurrentHashMap<>();

    private Karaf karaf;
    private Http http;
    private ProbeMXBean probe;
    private List<Connector> overTcp;
    private List<Connector> overWebSocket;

    @BeforeAll
    void start() throws Exception {
        karaf = Karaf.asProcess("under-load", "-XX:SoftRefLRUPolicyMSPerMB=0"); // what is only softly reachable may go
        karaf.start();
        http = new Http(karaf);
        overTcp = List.of(
                member("tcp-1", "cellar", Sending.tcp(karaf)),
                member("tcp-2", "cellar", Sending.tcp(karaf)),
                caller("tcp-caller", Sending.tcp(karaf)));
        overWebSocket = List.of(
                member("ws-1", "attic", Sending.webSocket(karaf)),
                member("ws-2", "attic", Sending.webSocket(karaf)),
                caller("ws-caller", Sending.webSocket(karaf)));
        areActive(overTcp);
        areActive(overWebSocket);
        karaf.drop(Jars.probe(), "probe.jar");
        karaf.drop(Jars.ledger(), "ledger.jar");
        karaf.drop(Karaf.material("sommelier-greeter.jar"), "greeter.jar");
        eventually(() -> {
            probe = JMX.newMXBeanProxy(karaf.mbeans(), new ObjectName(Probe.NAME), ProbeMXBean.class);
            assertThat(probe.wirings()).isNotEmpty();
        });
        for (String target : List.of("cellar", "attic", "ledger")) {
            eventually(() ->
                    assertThat(http.post(target, "pour", "first").statusCode()).isEqualTo(200));
        }
        eventually(() -> assertThat(http.post("greeter", "greet", "Ann").body()).isEqualTo("Hello, Ann!"));
        executions.clear();
        probe.executions();
    }

    @AfterAll
    void stop() throws Exception {
        overTcp.forEach(Connector::close);
        overWebSocket.forEach(Connector::close);
        karaf.close();
    }

    private Connector member(String instance, String target, String address) {
        return Sending.connector(instance, address)
                .serves(target)
                .handler("pour", CommandHandler.answering(invocation -> {
                    executions.merge(invocation.payload().asText(), 1, Integer::sum);
                    return invocation.payload();
                }))
                .open();
    }

    private static Connector caller(String instance, String address) {
        return Sending.connector(instance, address).open();
    }

    private static void areActive(List<Connector> connectors) throws InterruptedException {
        for (Connector connector : connectors) {
            assertThat(connector.awaitActive(Duration.ofSeconds(120))).isTrue();
        }
    }

    private Connector callerOverTcp() {
        return overTcp.get(overTcp.size() - 1);
    }

    private Connector callerOverWebSocket() {
        return overWebSocket.get(overWebSocket.size() - 1);
    }

    /** Through HTTP and over both transports, to a target whose members are all elsewhere than some of the callers. */
    private Questions questions(String name, String target) {
        return new Questions(name)
                .over(http, target, "pour", SAME)
                .over(callerOverTcp(), target, "pour", SAME)
                .over(callerOverWebSocket(), target, "pour", SAME);
    }

    /** Commands flow: each of these had some answered since this was called. */
    private static void flow(Questions... all) {
        for (Questions questions : all) {
            int before = questions.answered();
            eventually(() -> assertThat(questions.answered()).isGreaterThan(before + BETWEEN));
        }
    }

    private static void assertAllAnswered(Questions questions) {
        assertThat(questions.faults()).isEmpty();
        assertThat(questions.answered()).isEqualTo(questions.asked());
    }

    private static void assertUntouched(Questions questions) {
        assertAllAnswered(questions);
        assertThat(questions.again()).as("asked again").isZero();
    }

    /** Each was executed, and once. */
    private static void assertOnce(Map<String, Integer> executed, Questions... all) {
        assertThat(executed)
                .hasSize(List.of(all).stream().mapToInt(Questions::answered).sum());
        assertThat(executed.values()).allMatch(times -> times == 1);
    }

    /** The ids of the channels of a transport, by instance. */
    private Map<String, String> channels(String transport) throws Exception {
        Map<String, String> ids = new TreeMap<>();
        Matcher channel = CHANNEL.matcher(http.get("/channels").body().replaceAll("\\s*([:,])\\s*", "$1"));
        while (channel.find()) {
            if (channel.group(3).equals(transport)) {
                ids.put(channel.group(2), channel.group(1));
            }
        }
        return ids;
    }

    @Test
    void handlersThatAreUpdatedAgainAndAgainLoseNoCommandAndExecuteNoneTwice() throws Exception {
        UnaryOperator<String> greeting = name -> "Hello, " + name + "!";
        Path greeter = Karaf.material("sommelier-greeter.jar");
        Path ledger = Jars.ledger();
        Questions counted = questions("ledger", "ledger");
        Questions greeted = new Questions("guest")
                .over(http, "greeter", "greet", greeting)
                .over(callerOverTcp(), "greeter", "greet", greeting);

        try (counted;
                greeted) {
            for (int i = 0; i < HANDLER_UPDATES; i++) {
                probe.watch("io.sommelier.examples.greeter");
                probe.watch("io.sommelier.karaf.ledger");
                karaf.updateBundle("io.sommelier.examples.greeter", greeter);
                karaf.updateBundle("io.sommelier.karaf.ledger", ledger);
                flow(counted, greeted);
            }
        }

        System.out.println(HANDLER_UPDATES + " updates of two handlers: " + counted + "; " + greeted);
        assertUntouched(counted);
        assertUntouched(greeted);
        assertOnce(probe.executions(), counted);
        eventually(() -> assertThat(probe.alive()).isEmpty());
    }

    @Test
    void theTransportOverTcpIsUpdatedAgainAndAgain() throws Exception {
        assertTransportIsUpdated(
                "io.sommelier.transport.tcp", "sommelier-transport-tcp", "cellar", "websocket", "attic");
    }

    @Test
    void theTransportOverWebSocketIsUpdatedAgainAndAgain() throws Exception {
        assertTransportIsUpdated(
                "io.sommelier.transport.websocket", "sommelier-transport-websocket", "attic", "tcp", "cellar");
    }

    private void assertTransportIsUpdated(
            String bundle, String artifact, String target, String otherTransport, String otherTarget) throws Exception {
        executions.clear();
        Map<String, String> othersBefore = channels(otherTransport);
        assertThat(othersBefore).hasSize(3);
        Path jar = karaf.inSystem(artifact);
        Questions theirs = questions(artifact, target);
        Questions others = beside(artifact, otherTarget);

        try (theirs;
                others) {
            for (int i = 0; i < TRANSPORT_UPDATES; i++) {
                probe.watch(bundle);
                karaf.updateBundle(bundle, jar);
                flow(theirs, others);
            }
        }

        System.out.println(TRANSPORT_UPDATES + " updates of " + bundle + ": " + theirs + "; beside it " + others);
        assertAllAnswered(theirs);
        assertUntouched(others);
        assertOnce(executions, theirs, others);
        assertThat(channels(otherTransport)).isEqualTo(othersBefore);
        eventually(() -> assertThat(probe.alive()).isEmpty());
    }

    /** Through HTTP and over the transport that the members of that target have. */
    private Questions beside(String name, String target) {
        Connector caller = target.equals("cellar") ? callerOverTcp() : callerOverWebSocket();
        return new Questions("beside-" + name).over(http, target, "pour", SAME).over(caller, target, "pour", SAME);
    }

    @Test
    void theTransportOverWebSocketGoesAndComesWhileTcpCarriesLoad() throws Exception {
        assertGoesAndComes("sommelier-transport-websocket", overWebSocket, "attic", "tcp", "cellar");
    }

    @Test
    void theTransportOverTcpGoesAndComesWhileWebSocketCarriesLoad() throws Exception {
        assertGoesAndComes("sommelier-transport-tcp", overTcp, "cellar", "websocket", "attic");
    }

    private void assertGoesAndComes(
            String feature, List<Connector> connectors, String target, String otherTransport, String otherTarget)
            throws Exception {
        executions.clear();
        Map<String, String> othersBefore = channels(otherTransport);
        assertThat(othersBefore).hasSize(3);
        Questions others = beside(feature, otherTarget);

        try (others) {
            flow(others);
            karaf.uninstallFeature(feature);
            eventually(() -> assertThat(connectors).noneMatch(Connector::isActive));
            flow(others);
            karaf.installFeature(feature);
            areActive(connectors);
            flow(others);
        }

        System.out.println(feature + " goes and comes: beside it " + others);
        assertUntouched(others);
        assertOnce(executions, others);
        assertThat(channels(otherTransport)).isEqualTo(othersBefore);
        assertThat(http.post(target, "pour", "back").body()).isEqualTo("back");
        executions.clear();
    }

    /** Handlers and senders inside go with it, the gateway among them, and come back. */
    @Test
    void theEmbeddedTransportIsUpdatedGoesAndComesWhileTheOthersCarryLoad() throws Exception {
        executions.clear();
        String bundle = "io.sommelier.transport.embedded";
        Path jar = karaf.inSystem("sommelier-transport-embedded");
        Map<String, String> overTcpBefore = channels("tcp");
        Map<String, String> overWebSocketBefore = channels("websocket");
        Questions others = new Questions("beside-embedded")
                .over(callerOverTcp(), "attic", "pour", SAME)
                .over(callerOverWebSocket(), "cellar", "pour", SAME);

        try (others) {
            flow(others);
            for (int i = 0; i < TRANSPORT_UPDATES; i++) {
                probe.watch(bundle);
                karaf.updateBundle(bundle, jar);
                flow(others);
            }
            karaf.stopBundle(bundle);
            assertThat(http.post("cellar", "pour", "nobody sends it").statusCode())
                    .isEqualTo(503);
            flow(others);
            karaf.startBundle(bundle);
            eventually(() ->
                    assertThat(http.post("greeter", "greet", "Ann").body()).isEqualTo("Hello, Ann!"));
            flow(others);
        }

        System.out.println(TRANSPORT_UPDATES + " updates of " + bundle + ", one stop and start: beside it " + others);
        assertUntouched(others);
        assertOnce(executions, others);
        assertThat(channels("tcp")).isEqualTo(overTcpBefore);
        assertThat(channels("websocket")).isEqualTo(overWebSocketBefore);
        eventually(() -> assertThat(probe.alive()).isEmpty());
        executions.clear();
    }

    /** What was sent, and how it ended: with its own text, an outcome, a broken connection, or what nobody should get. */
    private static final class Sent {
        private final Map<String, String> ends = new ConcurrentHashMap<>();
        private final AtomicInteger count = new AtomicInteger();

        Supplier<String> over(Http http, String target) {
            return () -> ended(text -> {
                HttpResponse<String> reply = http.post(target, "pour", text);
                return reply.statusCode() == 200 ? reply.body() : outcome(reply);
            });
        }

        Supplier<String> over(Connector caller, String target) {
            return () -> ended(text ->
                    Sending.endOf(Sending.send(caller, target, "pour", text)).toString());
        }

        /** A 503 says when to come again; that of the engine, while there is no gateway, knows of no command. */
        private static String outcome(HttpResponse<String> reply) {
            boolean isLater = reply.headers().firstValue("Retry-After").isPresent();
            Matcher outcome = Pattern.compile("\"outcome\":\"(\\w+)\"").matcher(reply.body());
            if (reply.statusCode() != 503 || isLater) {
                if (outcome.find()) {
                    return outcome.group(1);
                }
                if (reply.body().contains("nothing is served yet")) {
                    return "NOT_SENT";
                }
            }
            return reply.statusCode() + " " + reply.headers().map() + " " + reply.body();
        }

        private interface Way {
            String ask(String text) throws IOException;
        }

        private String ended(Way way) {
            String text = "drained-" + count.incrementAndGet();
            String end;
            try {
                end = way.ask(text);
            } catch (ConnectException nobodyListens) {
                end = "NOT_SENT";
            } catch (IOException broken) {
                end = "broken";
            } catch (RuntimeException e) {
                end = e.toString();
            }
            ends.put(text, end);
            LockSupport.parkNanos(PAUSE_NANOS); // while nobody is there each fails at once
            return end.equals(text) ? "answered" : end;
        }
    }

    /** A member whose one operation answers when it may. */
    private static Connector keeper(CountDownLatch began, CountDownLatch mayEnd, CountDownLatch over, String address) {
        return Sending.connector("keeper", address)
                .serves("keep")
                .handler("wait", CommandHandler.answeringLater(invocation -> {
                    CountDownLatch awaited = invocation.payload().asText().equals("short") ? mayEnd : over;
                    CompletableFuture<Payload> answer = CompletableFuture.supplyAsync(() -> {
                        try {
                            awaited.await(120, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        return invocation.payload();
                    });
                    began.countDown();
                    return answer;
                }))
                .open();
    }

    private boolean isListening(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    /** Those of the controller and of the transports with sockets; others come as they are needed. */
    private Map<String, Integer> threads() throws IOException {
        Map<String, Integer> threads = new TreeMap<>();
        for (String owner : List.of("controller", "tcp", "websocket")) {
            threads.putAll(karaf.threads("sommelier-" + owner));
        }
        return threads;
    }

    private void allAreBack() throws Exception {
        areActive(overTcp);
        areActive(overWebSocket);
        for (String target : List.of("cellar", "attic", "ledger")) {
            eventually(() ->
                    assertThat(http.post(target, "pour", "back").statusCode()).isEqualTo(200));
        }
    }

    /** Each got its own answer and was executed once, or was not sent and never executed; nothing is silent. */
    private void assertNothingIsSilent(Sent sent) {
        assertThat(sent.ends).hasSize(sent.count.get());
        assertThat(sent.ends).allSatisfy((text, end) -> {
            assertThat(end).isIn(text, "NOT_SENT");
            assertThat(executions.getOrDefault(text, 0)).isEqualTo(end.equals(text) ? 1 : 0);
        });
    }

    private List<String> drains() throws IOException {
        return karaf.log().stream()
                .filter(line -> line.contains("the controller ") && line.contains("is drained after"))
                .toList();
    }

    @Test
    void theControllerIsStoppedStartedAndUpdatedWhichDrainsTheNode() throws Exception {
        String controller = "io.sommelier.controller";
        executions.clear();
        int drainsBefore = drains().size();
        Map<String, Integer> threadsBefore = threads();
        CountDownLatch began = new CountDownLatch(2);
        CountDownLatch mayEnd = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        Sent sent = new Sent();
        try (Connector keeper = keeper(began, mayEnd, over, Sending.tcp(karaf))) {
            areActive(List.of(keeper));
            CompletableFuture<HttpResponse<String>> shortOne = http.send("keep", "wait", "short");
            Call longOne = Sending.send(callerOverWebSocket(), "keep", "wait", "long");
            assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();

            try (Load load = new Load(List.of(
                    sent.over(http, "cellar"),
                    sent.over(http, "attic"),
                    sent.over(callerOverTcp(), "attic"),
                    sent.over(callerOverWebSocket(), "cellar")))) {
                eventually(() -> assertThat(sent.ends).hasSizeGreaterThan(100));
                CompletableFuture<Void> stopped = CompletableFuture.runAsync(() -> {
                    try {
                        karaf.stopBundle(controller);
                    } catch (IOException | JMException e) {
                        throw new IllegalStateException(e);
                    }
                });
                eventually(() -> assertThat(http.post("cellar", "pour", "new").body())
                        .contains("\"code\":\"DRAINING\"", "\"outcome\":\"NOT_SENT\""));
                mayEnd.countDown();
                assertThat(shortOne.get(30, TimeUnit.SECONDS).body()).isEqualTo("short");
                assertThat(Sending.error(longOne).outcome()).isEqualTo(Outcome.UNKNOWN);
                stopped.get(60, TimeUnit.SECONDS);

                assertThat(drains()).hasSize(drainsBefore + 1);
                String drained = Witness.last(drains(), "1 did not {UNKNOWN=1}");
                Witness.tell("controller bundle", karaf.pid(), "bundle:stop", drained);
                assertThat(isListening(karaf.ports().tcp())).isFalse();
                assertThat(isListening(karaf.ports().webSocket())).isFalse();
                assertThat(threads()).isEmpty();
                assertThat(http.post("cellar", "pour", "nobody").body()).contains("\"outcome\":\"NOT_SENT\"");

                karaf.startBundle(controller);
                allAreBack();
                areActive(List.of(keeper));
                flow(sent);
                probe.watch(controller);
                karaf.updateBundle(controller, karaf.inSystem("sommelier-controller"));
                allAreBack();
                flow(sent);
                Witness.tell("controller bundle", karaf.pid(), "start and bundle:update", "ends: " + load.ends());
            }
            over.countDown();
        }
        executions.remove("back");
        executions.remove("new");
        assertNothingIsSilent(sent);
        assertThat(drains()).hasSize(drainsBefore + 2);
        eventually(() -> assertThat(threads()).isEqualTo(threadsBefore));
        eventually(() -> assertThat(probe.alive()).isEmpty());
    }

    /** Commands flow: some were answered since this was called. */
    private static void flow(Sent sent) {
        int before = sent.count.get();
        eventually(() -> assertThat(sent.ends.entrySet().stream()
                        .filter(end -> Integer.parseInt(end.getKey().substring("drained-".length())) > before
                                && end.getKey().equals(end.getValue())))
                .hasSizeGreaterThan(BETWEEN));
    }

    @Test
    void theApiIsRefreshedWhichDrainsTheNodeAndAllComeBack() throws Exception {
        executions.clear();
        Sent sent = new Sent();
        Map<String, String> states = karaf.bundlesOfOurs();
        List<String> leaving = List.of(
                "io.sommelier.api",
                "io.sommelier.spi",
                "io.sommelier.wire",
                "io.sommelier.controller",
                "io.sommelier.transport.tcp",
                "io.sommelier.transport.websocket",
                "io.sommelier.transport.embedded");
        Map<String, Integer> threadsBefore = threads();
        try (Load load = new Load(List.of(
                sent.over(http, "cellar"),
                sent.over(http, "attic"),
                sent.over(callerOverTcp(), "attic"),
                sent.over(callerOverWebSocket(), "cellar")))) {
            eventually(() -> assertThat(sent.ends).hasSizeGreaterThan(100));
            leaving.forEach(probe::watch);

            Map<String, String> wirings = probe.wirings();
            karaf.updateBundle("io.sommelier.api", karaf.inSystem("sommelier-api"));
            karaf.refreshBundle("io.sommelier.api"); // in the background
            eventually(() -> assertThat(leaving)
                    .allSatisfy(
                            bundle -> assertThat(probe.wirings().get(bundle)).isNotEqualTo(wirings.get(bundle))));
            eventually(() -> assertThat(karaf.bundlesOfOurs()).isEqualTo(states));

            allAreBack();
            flow(sent);
            Witness.tell(
                    "api and all that use it",
                    karaf.pid(),
                    "bundle:update and bundle:refresh",
                    Witness.last(drains(), "is drained after"),
                    "ends: " + load.ends());
        }
        executions.remove("back");
        assertThat(sent.ends).hasSize(sent.count.get());
        assertThat(sent.ends).allSatisfy((text, end) -> {
            assertThat(end).isIn(text, "NOT_SENT", "UNKNOWN", "broken");
            assertThat(executions.getOrDefault(text, 0))
                    .isBetween(end.equals(text) ? 1 : 0, end.equals("NOT_SENT") ? 0 : 1);
        });
        eventually(() -> assertThat(threads()).isEqualTo(threadsBefore));
        eventually(() -> assertThat(probe.alive()).isEmpty());
    }
}
