package io.sommelier.runtime.artemis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import jakarta.jms.JMSContext;
import jakarta.jms.JMSRuntimeException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtemisRuntimeTest {
    private static final ArtemisSettings.Ports ANY = new ArtemisSettings.Ports(0, 0, 0, 0);

    @TempDir
    private Path data;

    private final List<ArtemisRuntime> started = new ArrayList<>();
    private final List<ArtemisState> states = new CopyOnWriteArrayList<>();

    @AfterEach
    void stopAll() throws Exception {
        for (ArtemisRuntime runtime : started) {
            runtime.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    private ArtemisRuntime start(ArtemisSettings settings) {
        ArtemisRuntime runtime = new ArtemisRuntime(settings, states::add);
        started.add(runtime);
        runtime.start();
        return runtime;
    }

    private ArtemisSettings settings(ArtemisSettings.Ports ports) {
        return ArtemisSettings.defaults(data)
                .withAddress("127.0.0.1", ports)
                .withTimes(Duration.ofSeconds(5), Duration.ofMillis(50), Duration.ofMillis(200));
    }

    private static void awaitUp(ArtemisRuntime runtime) {
        await().atMost(Duration.ofSeconds(30)).until(() -> runtime.state().isUp());
    }

    @Test
    void everyProtocolAnswersAlthoughTheContextClassLoaderKnowsNothingOfTheBroker() throws Exception {
        Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
        ArtemisRuntime runtime = start(settings(ANY));

        awaitUp(runtime);

        assertThat(answer(runtime.port("AMQP"), "AMQP\0\1\0\0")).startsWith("AMQP");
        assertThat(answer(runtime.port("STOMP"), "CONNECT\naccept-version:1.2\nhost:h\n\n\0"))
                .startsWith("CONNECTED");
        // CONNECT, 13 bytes, protocol "MQTT" level 4, clean session, keep-alive 60, client id "x"; the answer is
        // CONNACK
        assertThat(answer(runtime.port("MQTT"), "\20\15\0\4MQTT\4\2\0\74\0\1x")).startsWith("\40\2\0\0");
        CoreAccess core = runtime.core().orElseThrow();
        try (ClientSessionFactory connection = core.connect();
                ClientSession session = core.open(connection)) {
            assertThat(session.isClosed()).isFalse();
        }
    }

    private static String answer(int port, String request) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            byte[] buffer = new byte[64];
            int read = socket.getInputStream().read(buffer);
            return new String(buffer, 0, Math.max(0, read), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void theJmsPoolSendsAndReceives() throws Exception {
        ArtemisRuntime runtime = start(settings(ArtemisSettings.Ports.NONE));
        awaitUp(runtime);

        try (JMSContext context = runtime.jms().orElseThrow().createContext(JMSContext.AUTO_ACKNOWLEDGE)) {
            context.createProducer().send(context.createQueue("cellar.orders"), "pour");

            assertThat(context.createConsumer(context.createQueue("cellar.orders"))
                            .receive(5000)
                            .getBody(String.class))
                    .isEqualTo("pour");
        }
    }

    @Test
    void nobodyMakesAQueueForCommandsByAName() {
        ArtemisRuntime runtime = start(settings(ArtemisSettings.Ports.NONE));
        awaitUp(runtime);

        try (JMSContext context = runtime.jms().orElseThrow().createContext(JMSContext.AUTO_ACKNOWLEDGE)) {
            assertThatThrownBy(() -> context.createProducer().send(context.createQueue("sommelier.in.cellar"), "pour"))
                    .isInstanceOf(JMSRuntimeException.class);
            context.createProducer().send(context.createQueue("sommelier.other"), "made as before");
        }
    }

    @Test
    void aTakenPortIsSaidInOneLineAndTheBrokerComesUpWhenItIsFree() throws Exception {
        ArtemisRuntime runtime;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            runtime = start(settings(new ArtemisSettings.Ports(taken.getLocalPort(), -1, -1, -1)));

            await().until(() -> runtime.state().reason().contains("port " + taken.getLocalPort()));
            assertThat(runtime.state().isUp()).isFalse();
            assertThat(runtime.state().reason()).doesNotContain("\n").contains("127.0.0.1", "CORE");
            assertThat(runtime.core()).isEmpty();
        }

        awaitUp(runtime);
    }

    @Test
    void aJournalThatAnotherBrokerHasIsSaidInOneLineAndTakenWhenItIsFree() {
        ArtemisRuntime first = start(settings(ArtemisSettings.Ports.NONE));
        awaitUp(first);
        ArtemisRuntime second = start(settings(ArtemisSettings.Ports.NONE));

        await().atMost(Duration.ofSeconds(20))
                .until(() -> second.state().reason().contains("cannot be brought up"));
        assertThat(second.state().reason()).doesNotContain("\n").containsIgnoringCase("lock");
        first.stop();

        awaitUp(second);
    }

    @Test
    void anExternalBrokerIsOpenedAndItsLossIsSeen() {
        ArtemisRuntime broker = start(settings(new ArtemisSettings.Ports(0, -1, -1, -1)));
        awaitUp(broker);
        ArtemisRuntime client =
                start(settings(ANY).withUrl("tcp://127.0.0.1:" + broker.port("CORE") + "?x=secret", "", ""));
        awaitUp(client);

        assertThat(client.state().reason()).contains("external").doesNotContain("secret");
        broker.stop();

        await().atMost(Duration.ofSeconds(20)).until(() -> !client.state().isUp());
        assertThat(client.core()).isEmpty();
    }

    @Test
    void stoppingLeavesNoThread() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        ArtemisRuntime runtime = start(settings(ANY));
        awaitUp(runtime);
        CoreAccess core = runtime.core().orElseThrow();
        try (ClientSessionFactory connection = core.connect();
                ClientSession session = core.open(connection)) {
            assertThat(session.isClosed()).isFalse();
        }

        runtime.stop().toCompletableFuture().get(30, TimeUnit.SECONDS);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet().stream()
                                .filter(thread -> thread.isAlive() && !before.contains(thread))
                                .map(Thread::getName))
                        .noneMatch(name ->
                                name.contains("rtemis") || name.contains("ActiveMQ") || name.contains("netty")));
        assertThat(states.get(states.size() - 1).isUp()).isFalse();
    }

    @Test
    void aHostBeyondLoopbackNeedsARealm() {
        assertThatThrownBy(() -> settings(ANY).withAddress("0.0.0.0", ANY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0.0.0.0")
                .hasMessageContaining("realm");
        assertThat(settings(ANY).withRealm("karaf", Set.of("admin")).withAddress("0.0.0.0", ANY))
                .isNotNull();
    }
}
