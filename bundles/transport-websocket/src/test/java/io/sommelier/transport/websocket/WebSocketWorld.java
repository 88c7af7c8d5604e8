package io.sommelier.transport.websocket;

import io.sommelier.connector.ConnectorBuilder;
import io.sommelier.testkit.WorldSettings;
import io.sommelier.transport.link.ConnectorWorld;
import io.sommelier.transport.link.TlsSettings;
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** A controller with the WebSocket transport, and real connectors, which dial it through cables, with TLS or without, or speak JSON by a {@link JsonBridge} before each cable. */
final class WebSocketWorld extends ConnectorWorld {
    /** As messages are whole in JSON. */
    private static final int BRIDGED_FRAME_BYTES = 16 << 20;

    private final List<JsonBridge> bridges = new CopyOnWriteArrayList<>();
    private final Form form;
    private final Optional<TlsFiles> tls;

    /**
     * Starts it.
     *
     * @param form of the messages
     * @param tls of both ends of each channel; empty for none
     */
    static WebSocketWorld open(WorldSettings settings, Form form, Optional<TlsFiles> tls) {
        WebSocketTransport transport = new WebSocketTransport(WebSocketNode.settings()
                .withBounds(2, 100, 4096)
                .withLink(settings.link())
                .withTls(tls.map(TlsSettings.OFF::withFiles).orElse(TlsSettings.OFF)));
        WebSocketWorld world = new WebSocketWorld(settings, transport, form, tls);
        world.begin();
        return world;
    }

    private WebSocketWorld(WorldSettings settings, WebSocketTransport transport, Form form, Optional<TlsFiles> tls) {
        super(settings, transport, transport::localPort);
        this.form = form;
        this.tls = tls;
    }

    @Override
    public int volumeDivisor() {
        return tls.isPresent() || form == Form.JSON ? 4 : 1;
    }

    @Override
    protected boolean cablesShrink() {
        return tls.isEmpty();
    }

    @Override
    protected void lead(ConnectorBuilder builder, int toPort, LinkSettings link) {
        if (form == Form.JSON) {
            builder.link(link.withMaxFrameBytes(BRIDGED_FRAME_BYTES)).controller(bridgeTo(toPort));
        } else {
            tls.ifPresent(builder::tls);
            builder.link(link).controller((tls.isPresent() ? "wss" : "ws") + "://127.0.0.1:" + toPort);
        }
    }

    private String bridgeTo(int port) {
        try {
            JsonBridge bridge = new JsonBridge(() -> socket(port));
            bridges.add(bridge);
            return "tcp://127.0.0.1:" + bridge.localPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Socket socket(int port) throws IOException {
        return tls.isPresent()
                ? tls.get().load().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)
                : new Socket(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public void close() {
        super.close();
        bridges.forEach(JsonBridge::close);
    }
}
