package io.sommelier.connector;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.NetUtil;
import io.sommelier.connector.Preparation.Ready;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens, to be dialled by a controller. While there is a session a further socket is closed at once. Confined to the loop, but {@link #listen} and {@link #localPort}.
 */
final class Doorway implements SocketSource {
    private static final Logger LOG = LoggerFactory.getLogger(Doorway.class);

    private final Lifecycle lifecycle;
    private final String host;
    private final int port;
    private final Preparation preparation;
    private final long limitMillis;
    private final EventLoop loop;
    private final ServerBootstrap bootstrap;
    private volatile Channel listening;

    Doorway(EventLoop loop, String host, int port, Preparation preparation, long limitMillis, Lifecycle lifecycle) {
        this.loop = loop;
        this.preparation = preparation;
        this.limitMillis = limitMillis;
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
                        accepted(socket);
                    }
                })
                .childOption(ChannelOption.AUTO_READ, false);
    }

    /** Nothing is read before all is ready for it. */
    private void accepted(Channel socket) {
        if (!lifecycle.isLooking()) {
            socket.close();
            return;
        }
        preparation.begin().whenComplete((ready, failure) -> {
            if (failure == null) {
                // Behind the event that tells of the socket, which nobody is there to hear.
                loop.execute(() -> begin(socket, ready));
            } else {
                LOG.warn("{} is turned away, since the credentials did not come", socket.remoteAddress(), failure);
                socket.close();
            }
        });
    }

    private void begin(Channel socket, Ready ready) {
        if (!socket.isActive()) {
            return;
        }
        preparation.tls().ifPresent(tls -> {
            SslHandler handler = new SslHandler(tls.server());
            handler.setHandshakeTimeoutMillis(0); // the whole way has one limit
            socket.pipeline()
                    .addLast(handler, new Threshold(SslHandshakeCompletionEvent.class::isInstance, limitMillis));
        });
        String address = NetUtil.toSocketAddressString((InetSocketAddress) socket.remoteAddress());
        socket.pipeline()
                .addLast(new SocketHandler((open, sink) -> lifecycle.opened(open, sink, address, ready.credential())));
        socket.pipeline().fireChannelActive();
        socket.config().setAutoRead(true);
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
        preparation.close();
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
