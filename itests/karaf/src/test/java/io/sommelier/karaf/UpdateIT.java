package io.sommelier.karaf;

import static io.sommelier.karaf.Sending.endOf;
import static io.sommelier.karaf.Sending.eventually;
import static io.sommelier.karaf.Sending.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import io.sommelier.karaf.probe.Probe;
import io.sommelier.karaf.probe.ProbeMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import javax.management.JMX;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** What is installed beside us restarts nothing of ours, and what of ours is replaced under load leaves nothing behind. The tests build on each other, in their order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(300)
class UpdateIT {
    private static final List<String> OF_OTHERS =
            List.of("http", "webconsole", "war", "pax-web-jetty-websockets", "pax-jdbc-h2");
    private static final Path REPOSITORY_OF_OTHERS =
            Path.of("target", "of-others").toAbsolutePath();

    private Karaf karaf;
    private Http http;
    private Connector cellar;
    private ProbeMXBean probe;

    @BeforeAll
    void start() throws Exception {
        karaf = Karaf.asProcess("update", "-XX:SoftRefLRUPolicyMSPerMB=0"); // what is only softly reachable may go
        Path nothing = Files.createDirectories(karaf.home().resolve("data/no-repository"));
        karaf.edit(
                "org.ops4j.pax.url.mvn",
                Map.of(
                        "org.ops4j.pax.url.mvn.localRepository",
                        nothing.toString(),
                        "org.ops4j.pax.url.mvn.repositories",
                        REPOSITORY_OF_OTHERS.toUri() + "@id=others"));
        karaf.start();
        http = new Http(karaf);
        cellar = Sending.connector(karaf, "cellar-1")
                .serves("cellar")
                .handler(
                        "pour",
                        CommandHandler.answering(
                                invocation -> invocation.command().payload()))
                .handler("volume", new Volume().handler())
                .open();
        assertThat(cellar.awaitActive(Duration.ofSeconds(120))).isTrue();
        karaf.drop(Jars.probe(), "probe.jar");
        eventually(() -> {
            probe = JMX.newMXBeanProxy(karaf.mbeans(), new ObjectName(Probe.NAME), ProbeMXBean.class);
            assertThat(probe.wirings()).isNotEmpty();
        });
        eventually(() -> assertThat(Load.status(http, "commands/cellar/pour")).isEqualTo("200"));
    }

    @AfterAll
    void stop() throws Exception {
        cellar.close();
        karaf.close();
    }

    /** Two threads over HTTP, and one over TCP. */
    private Load load() {
        return new Load(List.of(
                () -> Load.status(http, "commands/cellar/pour"),
                () -> Load.status(http, "commands/cellar/pour"),
                () -> "tcp " + endOf(send(cellar, "cellar", "pour", "x"))));
    }

    @Test
    @Order(1)
    void featuresOfOthersInstalledUnderLoadRestartNothingOfOursAndLoseNoCommand() throws Exception {
        Map<String, String> before = probe.wirings();
        probe.stopped();

        try (Load load = load()) {
            karaf.drop(Jars.tempting(), "tempting.jar");
            eventually(() ->
                    assertThat(karaf.bundleState("io.sommelier.karaf.tempting")).isEqualTo("Active"));
            karaf.addRepository("mvn:org.ops4j.pax.jdbc/pax-jdbc-features/1.5.7/xml/features");
            for (String feature : OF_OTHERS) {
                load.forget();
                karaf.installFeature(feature);
                eventually(() -> assertThat(load.ends()).containsKeys("200", "tcp x"));
                assertThat(load.ends())
                        .as("under the installation of " + feature)
                        .containsOnlyKeys("200", "tcp x");
                assertThat(probe.wirings()).as("after " + feature).isEqualTo(before);
            }
        }

        assertThat(probe.stopped()).isEmpty();
    }

    @Test
    @Order(2)
    void theGatewayIsUpdatedUnderLoadAndTheGapSaysWhenToComeAgain() throws Exception {
        assertUpdatesUnderLoad("io.sommelier.gateway.http", "sommelier-gateway-http", "200", "503-later", "502");
    }

    @Test
    @Order(3)
    void theEngineIsUpdatedUnderLoad() throws Exception {
        assertUpdatesUnderLoad(
                "io.sommelier.http.engine", "sommelier-http-engine", "200", "503-later", "502", "broken");
    }

    /** An open reply ends unmistakably, the gap is answered in the allowed ways, channels and others stay, and the old class loader goes. */
    private void assertUpdatesUnderLoad(String bundle, String artifact, String... allowed) throws Exception {
        probe.stopped();
        probe.watch(bundle);

        try (Load load = new Load(List.of(
                        () -> Load.status(http, "commands/cellar/pour"),
                        () -> Load.status(http, "commands/cellar/pour")));
                Load channel = new Load(List.of(() -> "tcp " + endOf(send(cellar, "cellar", "pour", "x"))));
                InputStream open = http.stream("cellar", "volume", "", "Sommelier-Ttl", "10m")) {
            assertThat(open.readNBytes(1 << 20)).hasSize(1 << 20);

            karaf.updateBundle(bundle, karaf.inSystem(artifact));

            assertThatThrownBy(() -> readAll(open)).isInstanceOf(IOException.class);
            eventually(
                    () -> assertThat(Load.status(http, "commands/cellar/pour")).isEqualTo("200"));
            System.out.println("update of " + bundle + ": " + load.ends());
            assertThat(load.ends()).containsKeys("200", "503-later");
            assertThat(load.ends().keySet()).isSubsetOf(allowed);
            assertThat(channel.ends()).containsOnlyKeys("tcp x");
        }
        assertThat(probe.stopped()).as("what was stopped").containsOnly(bundle);
        eventually(() -> assertThat(probe.alive()).isEmpty());
    }

    private static void readAll(InputStream stream) throws IOException {
        stream.transferTo(java.io.OutputStream.nullOutputStream());
    }

    @Test
    @Order(4)
    void aRouteBundleIsUpdatedUnderLoadByDroppingTheNextOne() throws Exception {
        karaf.drop(Jars.route("1.0.0"), "route.jar");
        eventually(() -> assertThat(http.get("/echo").body()).isEqualTo("1.0.0"));
        probe.watch("io.sommelier.karaf.route");

        try (Load load = new Load(List.of(() -> Load.status(http, "echo")))) {
            karaf.drop(Jars.route("2.0.0"), "route.jar");
            eventually(() -> assertThat(http.get("/echo").body()).isEqualTo("2.0.0"));
            assertThat(load.ends().keySet()).isSubsetOf("200", "503-later");
        }

        eventually(() -> assertThat(probe.alive()).isEmpty());
    }

    @Test
    @Order(5)
    void aHandlerThatIsARootFeatureIsUpdatedUnderLoadAndNoOldVersionComesBack() throws Exception {
        karaf.addRepository(Jars.slowFeature("1.0.0").toUri().toString());
        karaf.installFeature("slow");
        eventually(() -> assertThat(version()).isEqualTo("1.0.0"));
        probe.watch("io.sommelier.karaf.slow");

        try (Load load = new Load(List.of(this::version))) {
            karaf.addRepository(Jars.slowFeature("2.0.0").toUri().toString());
            karaf.shell("feature:install -u slow/2.0.0");
            eventually(() -> assertThat(version()).isEqualTo("2.0.0"));
            probe.watch("io.sommelier.karaf.slow");
            karaf.updateBundle("io.sommelier.karaf.slow", Jars.slow("2.0.0")); // of the same version: kept
            load.forget();
            eventually(() -> assertThat(load.ends()).containsKey("2.0.0"));
            assertThat(load.ends().keySet()).isSubsetOf("1.0.0", "2.0.0");
        }

        eventually(() -> assertThat(probe.alive()).isEmpty());
        karaf.installFeature("sommelier-greeter");
        assertThat(karaf.bundleVersion("io.sommelier.karaf.slow")).isEqualTo("2.0.0");
        assertThat(karaf.bundleVersion("io.sommelier.karaf.route")).isEqualTo("2.0.0");
        assertThat(http.get("/echo").body()).isEqualTo("2.0.0");
    }

    private String version() {
        return String.valueOf(endOf(send(cellar, "slow", "wait", "0")));
    }

    @Test
    @Order(6)
    void durableCommandsThatWereTakenInGoOnWhileTheGatewayIsAway() throws Exception {
        Queue<String> executed = new ConcurrentLinkedQueue<>();
        Queue<String> cancelled = new ConcurrentLinkedQueue<>();
        CountDownLatch over = new CountDownLatch(1);
        CommandHandler handler = (invocation, responder) -> {
            responder.onCancel(() -> cancelled.add(invocation.payload().asText()));
            executed.add(invocation.payload().asText());
            over.await();
            responder.complete(Payload.empty());
        };
        try (Connector attic = serving("attic", handler)) {
            serving("cave", handler).close(); // known from now on, and nobody is there
            takenIn("attic", "at work");
            eventually(() -> assertThat(executed).contains("at work"));
            takenIn("cave", "waiting");

            karaf.stopBundle("io.sommelier.gateway.http");
            try (Connector cave = serving("cave", handler)) {
                eventually(() -> assertThat(executed).contains("waiting"));
                over.countDown();
                Queues queues = new Queues(karaf);
                for (String target : List.of("attic", "cave")) {
                    eventually(() -> assertThat(queues.counter("sommelier.command." + target, "MessageCount"))
                            .isZero());
                }
                assertThat(cave.isActive()).isTrue();
            }
            assertThat(attic.isActive()).isTrue();
        }

        karaf.startBundle("io.sommelier.gateway.http");
        eventually(() -> assertThat(Load.status(http, "commands/cellar/pour")).isEqualTo("200"));
        assertThat(executed).containsExactly("at work", "waiting");
        assertThat(cancelled).isEmpty();
    }

    private Connector serving(String target, CommandHandler handler) throws InterruptedException {
        Connector connector = Sending.connector(karaf, target + "-1")
                .serves(target)
                .handler("keep", handler)
                .open();
        assertThat(connector.awaitActive(Duration.ofSeconds(60))).isTrue();
        return connector;
    }

    private void takenIn(String target, String text) throws IOException {
        HttpResponse<String> taken = http.post(
                target, "keep", text, "Prefer", "respond-async", "Sommelier-Durable", "true", "Sommelier-Ttl", "120s");
        assertThat(taken.statusCode()).as("%s", taken.body()).isEqualTo(202);
    }

    @Test
    @Order(7)
    void itsLogHasNoStackTraceOfOurs() throws Exception {
        assertThat(Complaints.ours(karaf.log())).noneMatch(line -> line.startsWith("\t"));
    }
}
