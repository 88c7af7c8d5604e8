package io.sommelier.transport.websocket.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.testkit.FreePort;
import io.sommelier.testkit.TestAuthority;
import io.sommelier.testkit.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Karaf does to the component, done by hand. */
@Timeout(60)
class WebSocketTransportComponentTest {
    private final Controller controller = new Controller("controller-1", ControllerSettings.defaults());

    @AfterEach
    void stop() {
        controller.close(Duration.ZERO);
    }

    private WebSocketTransportComponent started(String host, int port) {
        WebSocketTransportComponent component = new WebSocketTransportComponent(Map.of("host", host, "port", port));
        controller.add(component).toCompletableFuture().join();
        return component;
    }

    private static boolean isOpen(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), 1000);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void aChangedPortTakesEffect() throws Exception {
        WebSocketTransportComponent component = started("127.0.0.1", 0);
        int port = FreePort.next();

        component.modified(Map.of("port", port));

        await().until(() -> component.localPort() == port);
    }

    @Test
    void aBadChangeLeavesWhatIsInEffectAndIsAProblem() {
        WebSocketTransportComponent component = started("127.0.0.1", 0);
        int port = component.localPort();

        component.modified(Map.of("port", "many", "origins", "everywhere"));

        assertThat(component.localPort()).isEqualTo(port);
        assertThat(component.part()).isEqualTo("transport.websocket");
        assertThat(component.problems()).singleElement().asString().contains("port = many", "origins = everywhere");
    }

    @Test
    void beyondLoopbackItListensOnlyWhileSomebodyVerifiesCredentials() throws Exception {
        int port = FreePort.next();
        CredentialVerifier verifier = (credential, address) -> CompletableFuture.completedStage(Optional.empty());
        WebSocketTransportComponent component = started("0.0.0.0", port);
        assertThat(isOpen("127.0.0.1", port)).isTrue();
        assertThat(isOpen("127.0.0.2", port)).isFalse();

        component.bindVerifier(verifier);
        await().until(() -> isOpen("127.0.0.2", port));

        component.unbindVerifier(verifier);
        await().until(() -> !isOpen("127.0.0.2", port));
        await().until(() -> isOpen("127.0.0.1", port));
    }

    @Test
    void aTakenPortIsAProblemAndTriedAgainWhenTheSettingsChange() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            WebSocketTransportComponent component = started("127.0.0.1", taken.getLocalPort());
            assertThatThrownBy(component::localPort).isInstanceOf(IllegalStateException.class);
            assertThat(component.problems()).singleElement().asString().contains("cannot listen on");

            int port = FreePort.next();
            component.modified(Map.of("port", port));

            await().ignoreExceptions().until(() -> component.localPort() == port);
            assertThat(component.problems()).isEmpty();
        }
    }

    @Test
    void filesThatCannotBeUsedAreAProblemAndTakenAsSoonAsTheyCan(@TempDir Path directory) throws Exception {
        WebSocketTransportComponent component = started("127.0.0.1", 0);
        TestCertificate issued = new TestAuthority(directory, "authority").issue("first");
        Path store = directory.resolve("used.p12");
        int port = FreePort.next();

        component.modified(
                Map.of("port", port, "tlsKeyStore", store.toString(), "tlsPassword", TestAuthority.PASSWORD));
        await().until(() -> !component.problems().isEmpty());
        assertThat(component.problems()).singleElement().asString().contains("used.p12", "there is no such file");
        assertThat(component.localPort()).isNotEqualTo(port);

        Files.copy(issued.keyStore(), store);
        await().atMost(Duration.ofSeconds(20)).until(() -> component.localPort() == port);
        await().until(() -> component.problems().isEmpty());
    }
}
