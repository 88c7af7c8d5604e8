package io.sommelier.connector;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;

/**
 * Listens, to be dialled by a controller. While there is a session a further socket is closed at once. Confined to the loop, but {@link #listen} and {@link #localPort}.
 */
final class Doorway implements SocketSource {
    private final Lifecycle lifecycle;
    private final String host;
    private final int port;
    private final ServerBootstrap bootstrap;
    private volatile Channel listening;

    Doorway(EventLoop loop, String host, int port, Lifecycle lifecycle) {
        this.lifecycle = lifecycle;
        this.host = host;
        this.port = port;
        bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel socket) {
                        socket.pipeline().addLast(new SocketHandler(lifecycle::opened));
                    }
                });
    }

    /** Blocks until it listens. */
    @Override
    public void listen() {
        ChannelFuture bound = bootstrap.bind(host, port).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IllegalStateException(
                    "cannot listen on " + host + ":" + port + ": "
                            + bound.cause().getMessage()
                            + "; free the port (another program may have it), or choose another host or port",
                    bound.cause());
        }
        listening = bound.channel();
    }

    @Override
    public void start() {
        lifecycle.seeks("");
    }

    @Override
    public void again(boolean wasActive, boolean wasStable) {
        lifecycle.seeks("");
    }

    @Override
    public void stop() {
        Channel open = listening;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public int localPort() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }
}
