package io.sommelier.bench.core;

import io.sommelier.bench.party.Keys;
import io.sommelier.bench.party.Over;
import io.sommelier.bench.party.Party;
import io.sommelier.plain.PlainController;
import io.sommelier.transport.link.TlsSettings;
import io.sommelier.transport.tcp.TcpSettings;
import io.sommelier.transport.tcp.TcpTransport;
import io.sommelier.transport.websocket.WebSocketSettings;
import io.sommelier.transport.websocket.WebSocketTransport;
import java.util.Map;
import java.util.function.IntSupplier;

/** The process in the middle. Thread-safe. */
public final class ControllerParty implements Party {
    /** Where WebSockets are dialled. */
    static final String PATH = WebSocketSettings.DEFAULT_PATH;

    /** More than any row needs, but for the requester and the responder. */
    private static final int MAX_CHANNELS = 20_000;

    private final PlainController controller;
    private final IntSupplier port;

    /** Listens, for nothing but what carries the row. */
    public ControllerParty(String host, int port, int loops, Over over, Keys keys) {
        controller = PlainController.start(Map.of(
                "id",
                "bench",
                "host",
                host,
                "port",
                Integer.toString(over == Over.TCP ? port : 0),
                "ioThreads",
                Integer.toString(loops),
                "maxChannels",
                Integer.toString(MAX_CHANNELS)));
        switch (over) {
            case TCP -> this.port = controller::port;
            case TLS -> {
                TcpSettings defaults = TcpSettings.defaults();
                TlsSettings off = TlsSettings.OFF;
                TcpTransport tls = new TcpTransport(defaults.withAddress(host, port)
                        .withBounds(loops, MAX_CHANNELS, defaults.sendQueueCapacity())
                        .withTls(
                                new TlsSettings(keys.ofListener(), off.clients(), off.check(), off.handshakeLimit()),
                                false));
                controller.add(tls);
                this.port = tls::localPort;
            }
            default -> {
                WebSocketSettings defaults = WebSocketSettings.defaults();
                WebSocketTransport webSocket = new WebSocketTransport(defaults.withAddress(host, port, PATH)
                        .withBounds(loops, MAX_CHANNELS, defaults.sendQueueCapacity()));
                controller.add(webSocket);
                this.port = webSocket::localPort;
            }
        }
    }

    @Override
    public int port() {
        return port.getAsInt();
    }

    @Override
    public void close() {
        controller.close();
    }
}
