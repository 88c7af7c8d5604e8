package io.sommelier.connector;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;

/** Listens, to be dialled by a controller. While there is a session a further socket is closed at once. Confined to the loop, but {@link #localPort}. */
final class Doorway implements SocketSource {
    private final Channel listening;
    private final Lifecycle lifecycle;

    private Doorway(Channel listening, Lifecycle lifecycle) {
        this.listening = listening;
        this.lifecycle = lifecycle;
    }

    /**
     * Listens; blocks until it does.
     *
     * @throws IllegalStateException when it cannot, saying why and what to do
     */
    static Doorway open(EventLoop loop, String host, int port, Lifecycle lifecycle) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel socket) {
                        socket.pipeline().addLast(new SocketHandler(lifecycle::opened));
                    }
                });
        var bound = bootstrap.bind(host, port).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IllegalStateException(
                    "cannot listen on " + host + ":" + port + ": "
                            + bound.cause().getMessage()
                            + "; free the port (another program may have it), or choose another host or port",
                    bound.cause());
        }
        return new Doorway(bound.channel(), lifecycle);
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
        listening.close();
    }

    @Override
    public int localPort() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }
}
