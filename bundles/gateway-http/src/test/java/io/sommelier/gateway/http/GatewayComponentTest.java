package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.http.engine.HttpEngine;
import io.sommelier.runtime.camel.CamelContexts;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The component in the order in which services come and go: a new one is bound before the old one is let go. */
@Timeout(60)
class GatewayComponentTest implements CamelContexts {
    private final AtomicInteger contexts = new AtomicInteger();
    private World world;
    private HttpEngine engine;
    private GatewayComponent component;

    @Override
    public CamelContext create() {
        contexts.incrementAndGet();
        return World.newContext();
    }

    @Override
    public void release(CamelContext context) {
        context.stop();
        contexts.decrementAndGet();
    }

    @BeforeEach
    void open() throws Exception {
        world = World.open();
        world.serve("pour", World.ECHO);
        engine = HttpEngine.listening(Map.of("port", "0", "stopLimit", "0ms"));
        component = new GatewayComponent(this, Map.of("drainLimit", "0s"));
        component.bindEngine(engine);
        component.bindSender(world.transport.sender("one"));
        component.bindAdmin(world.controller.admin());
        await().until(() -> component.problems().isEmpty());
    }

    @AfterEach
    void close() {
        component.deactivate();
        assertThat(contexts).hasValue(0);
        engine.close();
        world.close();
    }

    private RawClient.Reply pour() throws Exception {
        try (RawClient client = new RawClient(engine.getServerPort())) {
            return client.post("/commands/cellar/pour", "wine").reply();
        }
    }

    @Test
    void whatItWaitsForIsNamed() throws Exception {
        component.unbindSender(null);
        assertThat(component.problems()).isEmpty();
        var other = new GatewayComponent(this, Map.of("results", "0"));

        assertThat(other.problems())
                .hasSize(3)
                .anyMatch(line -> line.contains("results = 0"))
                .anyMatch(line -> line.contains("no HTTP server"))
                .anyMatch(line -> line.contains("no controller"));
        assertThat(other.part()).isEqualTo("gateway.http");
        other.deactivate();
    }

    @Test
    void aSenderThatIsReplacedIsNotLostWithTheOldOne() throws Exception {
        var old = world.transport.sender("one");
        var fresh = world.transport.sender("two");

        component.bindSender(fresh);
        component.unbindSender(old);
        assertThat(pour().status()).isEqualTo(200);

        component.unbindSender(fresh);
        assertThat(pour().status()).isEqualTo(503);
        assertThat(component.problems()).singleElement().asString().contains("no controller");
    }

    @Test
    void anAdminThatIsReplacedIsNotLostWithTheOldOne() throws Exception {
        var fresh = world.controller.admin();
        component.bindAdmin(fresh);
        component.unbindAdmin(world.controller.admin());
        try (RawClient client = new RawClient(engine.getServerPort())) {
            assertThat(client.get("/targets").reply().status()).isEqualTo(200);
            component.unbindAdmin(fresh);
            assertThat(client.get("/targets").reply().status()).isEqualTo(503);
        }
    }

    @Test
    void aServerThatIsReplacedIsServedByOneContext() throws Exception {
        try (var fresh = HttpEngine.listening(Map.of("port", "0", "stopLimit", "0ms"))) {
            component.bindEngine(fresh);
            component.unbindEngine(engine);
            await().until(() -> component.problems().isEmpty());

            try (RawClient client = new RawClient(fresh.getServerPort())) {
                await().until(() ->
                        client.post("/commands/cellar/pour", "wine").reply().status() == 200);
            }
            assertThat(pour().status()).isEqualTo(503);
            assertThat(contexts).hasValue(1);
            component.unbindEngine(fresh);
            assertThat(contexts).hasValue(0);
        }
    }

    @Test
    void aChangeOfSettingsKeepsTheContext() throws Exception {
        component.modified(Map.of("defaultTtl", "1s", "allowedOrigins", "*"));

        assertThat(pour().status()).isEqualTo(200);
        assertThat(contexts).hasValue(1);
    }
}
