package io.sommelier.bench.relay;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.sommelier.bench.party.Party;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** The process in the middle of the baseline. Thread-safe. */
public final class Relay implements Party {
    private final EventLoopGroup loops;
    private final Channel listener;
    private final AtomicReferenceArray<RelayConnection> clients = new AtomicReferenceArray<>(RelayFrame.MAX_CLIENTS);

    /** Listens on the loopback address. */
    public Relay(String host, int port, int loopCount, Carrier carrier) throws InterruptedException {
        loops = new NioEventLoopGroup(loopCount);
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        carrier.addToRelay(channel.pipeline());
                        channel.pipeline().addLast(new RelayConnection(Relay.this));
                    }
                })
                .bind(new InetSocketAddress(host, port))
                .sync()
                .channel();
    }

    /** The connection of a client, or {@code null}. */
    RelayConnection client(int number) {
        return clients.get(number);
    }

    void register(ByteBuf hello, RelayConnection connection) {
        clients.set(RelayFrame.source(hello), connection);
    }

    @Override
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void close() {
        loops.shutdownGracefully();
    }
}
