package io.sommelier.transport.websocket;

import io.sommelier.connector.Connector;
import io.sommelier.connector.ConnectorBuilder;
import io.sommelier.controller.Controller;
import io.sommelier.controller.ControllerSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** A controller that listens on loopback, and the connectors opened to it; closing it closes them all. */
final class WebSocketNode implements AutoCloseable {
    private final Controller controller;
    private final WebSocketTransport transport;
    private final Deque<Connector> connectors = new ArrayDeque<>();

    WebSocketNode(String id, WebSocketSettings settings) {
        controller = new Controller(id, ControllerSettings.defaults());
        transport = new WebSocketTransport(settings);
        controller.add(transport).toCompletableFuture().join();
    }

    /** Any port of loopback, one event loop. */
    static WebSocketSettings settings() {
        return WebSocketSettings.defaults()
                .withAddress("127.0.0.1", 0, WebSocketSettings.DEFAULT_PATH)
                .withBounds(1, 10_000, 4096);
    }

    Controller controller() {
        return controller;
    }

    WebSocketTransport transport() {
        return transport;
    }

    int port() {
        return transport.localPort();
    }

    /** A connector that dials this node, opened, active, and closed with this node. */
    Connector open(ConnectorBuilder builder) throws InterruptedException {
        Connector connector = builder.controller("ws://127.0.0.1:" + port())
                .dialWait(Duration.ofMillis(10), Duration.ofMillis(100))
                .open();
        connectors.push(connector);
        if (!connector.awaitActive(Duration.ofSeconds(10))) {
            throw new AssertionError("not active: " + connector.state());
        }
        return connector;
    }

    /** The number of live members of a target. */
    long members(String targetId) {
        return controller.admin().targets().stream()
                .filter(target -> target.targetId().equals(targetId))
                .mapToLong(target -> target.members().size())
                .sum();
    }

    @Override
    public void close() {
        connectors.forEach(connector -> connector.closeLater(Duration.ZERO));
        connectors.forEach(Connector::close);
        controller.close(Duration.ZERO);
    }
}
