package io.sommelier.transport.websocket;

import io.sommelier.testkit.FakeAcceptor;
import io.sommelier.wire.LinkSettings;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A transport that listens on loopback, and the controller that a test plays. */
final class Controlled implements AutoCloseable {
    final FakeAcceptor controller = new FakeAcceptor();
    final WebSocketTransport transport;

    Controlled(WebSocketSettings settings) {
        transport = new WebSocketTransport(settings);
        transport.start(controller).toCompletableFuture().join();
    }

    int port() {
        return transport.localPort();
    }

    /** The connector that was taken in as the n-th, from 1; waits for it. */
    FakeAcceptor.Session session(int number) {
        Awaitility.await().until(() -> controller.sessions().size() >= number);
        return controller.sessions().get(number - 1);
    }

    /** The default limits, with other times. */
    static LinkSettings times(Duration helloLimit, Duration heartbeat) {
        LinkSettings defaults = LinkSettings.defaults();
        return new LinkSettings(
                defaults.maxFrameBytes(),
                defaults.maxMessageBytes(),
                defaults.maxHeaderBytes(),
                defaults.maxStreams(),
                defaults.maxAssemblyBytes(),
                helloLimit,
                heartbeat);
    }

    @Override
    public void close() {
        transport
                .stop(Duration.ZERO)
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
