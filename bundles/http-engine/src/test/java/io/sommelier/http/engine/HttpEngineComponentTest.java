package io.sommelier.http.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;

/** The service is there from the start, whatever is wrong with its address or its settings. */
class HttpEngineComponentTest {
    @Test
    void anAddressThatIsTakenIsTriedAgainUntilItIsFree() throws Exception {
        HttpEngineComponent component;
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            component = new HttpEngineComponent(Map.of("port", taken.getLocalPort(), "stopLimit", "0ms"));
        }
        try {
            assertThat(component.problems()).singleElement().asString().contains("cannot listen");
            ThrowingRunnable answers = () -> {
                try (var client = new RawClient(component.getServerPort())) {
                    assertThat(client.get("/").reply().status()).isEqualTo(503);
                }
            };
            await().ignoreExceptions().untilAsserted(answers);
            assertThat(component.problems()).isEmpty();
        } finally {
            component.deactivate();
        }
    }

    @Test
    void badSettingsChangeNothing() throws Exception {
        var component = new HttpEngineComponent(Map.of("port", "0", "stopLimit", "0ms"));
        try (var client = new RawClient(component.getServerPort())) {
            component.modified(Map.of("host", "0.0.0.0", "port", "0"));

            assertThat(client.get("/").reply().status()).isEqualTo(503);
            assertThat(component.problems()).singleElement().asString().contains("host = 0.0.0.0");
        } finally {
            component.deactivate();
        }
    }

    @Test
    void aServiceThatWentDoesNotComeBackToItsPort() throws Exception {
        HttpEngineComponent component;
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            component = new HttpEngineComponent(Map.of("port", taken.getLocalPort()));
            component.deactivate();
        }

        component.modified(Map.of("port", component.getServerPort(), "maxBodyBytes", 1));

        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("sommelier-http"));
    }
}
