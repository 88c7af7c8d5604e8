package io.sommelier.http.engine;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A listening socket, its event loops and its connections. Thread-safe. */
final class HttpListener {
    private static final byte[] FULL = ("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n"
                    + "Connection: close\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    private static final int STOP_SECONDS = 5;
    private static final int FREED_MILLIS = 5;

    private final HttpEngine engine;
    private final HttpSettings settings;
    private final EventLoopGroup accepting;
    private final EventLoopGroup loops;
    private final Map<EventLoop, LoopConnections> connections = new ConcurrentHashMap<>();
    private final OpenConnections openEverywhere;
    private final OpenConnections open = new OpenConnections();
    private volatile boolean isRetired;
    private Channel socket;

    /** @param openEverywhere counts the connections of all listeners of the engine */
    HttpListener(HttpEngine engine, HttpSettings settings, OpenConnections openEverywhere) {
        this.engine = engine;
        this.settings = settings;
        this.openEverywhere = openEverywhere;
        accepting = new NioEventLoopGroup(1, new DefaultThreadFactory("sommelier-http-accept"));
        loops = new NioEventLoopGroup(settings.ioThreads(), new DefaultThreadFactory("sommelier-http-io"));
    }

    /** @throws IOException when the address cannot be had; the listener is of no use then */
    void bind() throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(accepting, loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(32 << 10, 64 << 10))
                .childHandler(new Initializer());
        if (settings.sendBufferBytes() > 0) {
            // Else the system lets a reply run megabytes ahead of its client.
            bootstrap.childOption(ChannelOption.SO_SNDBUF, settings.sendBufferBytes());
        }
        ChannelFuture bound = bootstrap
                .bind(new InetSocketAddress(settings.host(), settings.port()))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            stopLoops();
            throw new IOException(
                    "cannot listen on " + settings.host() + ":" + settings.port() + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        socket = bound.channel();
    }

    int port() {
        return ((InetSocketAddress) socket.localAddress()).getPort();
    }

    /** Runs something on a thread of this listener, after a while. It must not block. */
    void later(Runnable action, long millis) {
        accepting.schedule(action, millis, TimeUnit.MILLISECONDS);
    }

    /** No new connection comes, and the port is free; those that are there go on. */
    void stopAccepting() {
        socket.close().awaitUninterruptibly();
        // The JDK gives the port back in the loop's next select, which is before a task that waits for its time.
        accepting.schedule(() -> {}, FREED_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    /** Connections without a request close, the others after their reply. */
    void drain() {
        onEach(HttpConnection::drain);
    }

    /** What is under way ends now. */
    void end() {
        onEach(HttpConnection::end);
    }

    /** Its threads end with its last connection. */
    void retire() {
        isRetired = true;
        if (open.now() == 0) {
            endLoops();
        }
    }

    boolean isStopped() {
        return loops.isShuttingDown();
    }

    private void endLoops() {
        accepting.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS);
    }

    /** Closes what is left, and returns when no thread of this listener runs any more. */
    void stopLoops() {
        endLoops();
        accepting.terminationFuture().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
        loops.terminationFuture().awaitUninterruptibly(STOP_SECONDS, TimeUnit.SECONDS);
    }

    private void onEach(Consumer<HttpConnection> action) {
        if (isStopped()) {
            return;
        }
        new ArrayList<>(connections.entrySet())
                .forEach(entry -> entry.getKey().execute(() -> entry.getValue().forEach(action)));
    }

    /** Sets up each new connection. */
    private final class Initializer extends ChannelInitializer<SocketChannel> {
        @Override
        protected void initChannel(SocketChannel channel) {
            HttpSettings current = engine.settings();
            Optional<SslContext> tls = engine.tls().current();
            int count = openEverywhere.opened();
            open.opened();
            channel.closeFuture().addListener(closed -> {
                openEverywhere.closed();
                if (open.closed() == 0 && isRetired) {
                    endLoops();
                }
            });
            if (count > current.maxConnections()) {
                turnAway(channel, tls.isPresent());
                return;
            }
            LoopConnections siblings =
                    connections.computeIfAbsent(channel.eventLoop(), loop -> new LoopConnections(loop, engine));
            var connection = new HttpConnection(engine, siblings, current);
            tls.ifPresent(context -> {
                SslHandler handler = context.newHandler(channel.alloc());
                handler.setHandshakeTimeoutMillis(current.headerLimit().toMillis());
                channel.pipeline().addLast(handler);
            });
            channel.pipeline().addLast(connection.decoder(), new HttpResponseEncoder(), connection);
        }

        private void turnAway(SocketChannel channel, boolean isTls) {
            if (isTls) {
                channel.close();
            } else {
                channel.writeAndFlush(Unpooled.wrappedBuffer(FULL)).addListener(ChannelFutureListener.CLOSE);
            }
        }
    }
}
