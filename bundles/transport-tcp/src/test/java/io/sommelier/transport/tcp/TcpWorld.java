package io.sommelier.transport.tcp;

import io.sommelier.connector.Connector;
import io.sommelier.connector.ConnectorBuilder;
import io.sommelier.testkit.Cable;
import io.sommelier.testkit.WorldSettings;
import io.sommelier.transport.link.ConnectorWorld;
import io.sommelier.transport.link.TlsSettings;
import io.sommelier.wire.HostPort;
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** A controller with the TCP transport, and real connectors: they dial it, or are dialled by it. */
final class TcpWorld extends ConnectorWorld {
    private static final int MEMBERS = 8;

    private final Deque<SocketChannel> reserved;
    private final boolean areDialled;
    private final Optional<TlsFiles> tls;

    /** @param tls of both ends of each channel; empty for none */
    static TcpWorld open(WorldSettings settings, boolean areDialled, Optional<TlsFiles> tls) {
        Deque<SocketChannel> reserved = areDialled ? reservePorts() : new ArrayDeque<>();
        TcpTransport transport = new TcpTransport(TcpNode.settings()
                .withBounds(2, 100, 4096)
                .withLink(settings.link())
                .withMembers(addresses(reserved), WAIT, WAIT)
                .withTls(tls.map(TlsSettings.OFF::withFiles).orElse(TlsSettings.OFF), areDialled && tls.isPresent()));
        TcpWorld world = new TcpWorld(settings, transport, reserved, areDialled, tls);
        world.begin();
        return world;
    }

    private TcpWorld(
            WorldSettings settings,
            TcpTransport transport,
            Deque<SocketChannel> reserved,
            boolean areDialled,
            Optional<TlsFiles> tls) {
        super(settings, transport, transport::localPort);
        this.reserved = reserved;
        this.areDialled = areDialled;
        this.tls = tls;
    }

    /** Ports on which nobody listens yet, and which nobody else gets. */
    private static Deque<SocketChannel> reservePorts() {
        Deque<SocketChannel> reserved = new ArrayDeque<>();
        try {
            for (int i = 0; i < MEMBERS; i++) {
                SocketChannel holder = SocketChannel.open();
                holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                reserved.add(holder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return reserved;
    }

    private static List<HostPort> addresses(Deque<SocketChannel> reserved) {
        List<HostPort> addresses = new ArrayList<>();
        reserved.forEach(holder ->
                addresses.add(new HostPort("127.0.0.1", holder.socket().getLocalPort())));
        return addresses;
    }

    @Override
    public int volumeDivisor() {
        return tls.isPresent() ? 4 : 1;
    }

    @Override
    protected boolean cablesShrink() {
        return tls.isEmpty();
    }

    @Override
    protected void lead(ConnectorBuilder builder, int toPort, LinkSettings link) {
        tls.ifPresent(builder::tls);
        builder.link(link).controller("127.0.0.1:" + toPort);
    }

    @Override
    protected Line attach(ConnectorBuilder builder, LinkSettings link) {
        if (!areDialled) {
            return super.attach(builder, link);
        }
        Watch watch = new Watch();
        tls.ifPresent(builder::tls);
        Connector connector =
                builder.link(link).listenOn("127.0.0.1", 0).onState(watch::see).open();
        try {
            SocketChannel holder = reserved.remove();
            int port = holder.socket().getLocalPort();
            holder.close();
            return new Line(
                    connector, Optional.of(new Cable(port, connector.localPort(), cablesShrink())), watch, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        super.close();
        reserved.forEach(holder -> {
            try {
                holder.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
