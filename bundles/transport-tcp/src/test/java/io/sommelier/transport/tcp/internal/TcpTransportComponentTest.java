package io.sommelier.transport.tcp.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import io.sommelier.spi.CredentialVerifier;
import io.sommelier.testkit.FreePort;
import io.sommelier.transport.link.Listener;
import io.sommelier.transport.tcp.TcpSettings;
import io.sommelier.wire.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Karaf does to the component, done by hand. */
class TcpTransportComponentTest {
    private final Controller controller = new Controller("controller-1", ControllerSettings.defaults());

    @AfterEach
    void stop() {
        controller.close(Duration.ZERO);
    }

    private TcpTransportComponent started(String host, int port) {
        TcpTransportComponent component = new TcpTransportComponent(Map.of("host", host, "port", port));
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
        TcpTransportComponent component = started("127.0.0.1", 0);
        int port = FreePort.next();

        component.modified(Map.of("port", port));

        await().until(() -> component.localPort() == port);
    }

    @Test
    void aBadChangeLeavesWhatIsInEffect() {
        TcpTransportComponent component = started("127.0.0.1", 0);
        int port = component.localPort();

        component.modified(Map.of("port", "many", "heartbeat", "never"));

        assertThat(component.localPort()).isEqualTo(port);
    }

    @Test
    void beyondLoopbackItListensOnlyWhileSomebodyVerifiesCredentials() throws Exception {
        int port = FreePort.next();
        CredentialVerifier verifier = (credential, address) -> CompletableFuture.completedStage(Optional.empty());
        TcpTransportComponent component = started("0.0.0.0", port);
        assertThat(isOpen("127.0.0.1", port)).isTrue();
        assertThat(isOpen("127.0.0.2", port)).isFalse();

        component.bindVerifier(verifier);
        await().until(() -> isOpen("127.0.0.2", port));

        component.unbindVerifier(verifier);
        await().until(() -> !isOpen("127.0.0.2", port));
        await().until(() -> isOpen("127.0.0.1", port));
    }

    @Test
    void aTakenPortIsTriedAgainWhenTheSettingsChange() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TcpTransportComponent component = started("127.0.0.1", taken.getLocalPort());
            assertThatThrownBy(component::localPort).isInstanceOf(IllegalStateException.class);

            int port = FreePort.next();
            component.modified(Map.of("port", port));

            await().ignoreExceptions().until(() -> component.localPort() == port);
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, true", "127.9.9.9, true", "::1, true", "localhost, true", "0.0.0.0, false", "cellar, false"
    })
    void onlyThisMachineIsLoopback(String host, boolean expected) {
        assertThat(Listener.isLoopback(host)).isEqualTo(expected);
    }

    @Test
    void withNothingSetTheDefaultsHold() {
        assertThat(TcpSettings.read(Map.of())).isEqualTo(TcpSettings.defaults());
    }

    @Test
    void membersAreReadFromAList() {
        assertThat(TcpSettings.read(Map.of("dial", "cellar:7008, [::1]:7009,")).members())
                .isEqualTo(List.of(new HostPort("cellar", 7008), new HostPort("::1", 7009)));
    }

    @Test
    void everyViolationIsNamed() {
        assertThatThrownBy(() -> TcpSettings.read(Map.of(
                        "port", "70000", "dial", "cellar", "dialMost", "10ms", "sendBufferBytes", "5", "host", " ")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "port = 70000", "dial = cellar", "dialMost = 10ms", "sendBufferBytes = 5", "host = ");
    }
}
