package io.sommelier.transport.tcp;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.transport.link.LinkBounds;
import io.sommelier.transport.link.LinkSockets;
import io.sommelier.transport.link.LinkTls;
import io.sommelier.transport.link.Listener;
import io.sommelier.wire.Backoff;
import io.sommelier.wire.HostPort;
import io.sommelier.wire.NameLookup;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transport from one start to its stop: event loops, the listening socket, the members that are dialled. Thread-safe. */
final class TcpRun {
    private static final Logger LOG = LoggerFactory.getLogger(TcpRun.class);
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private static final int END_LIMIT_SECONDS = 2;

    private volatile TcpSettings settings;
    private final EventLoopGroup group;
    private final LinkSockets sockets;
    private final NameLookup names = new NameLookup("sommelier-tcp-names");
    private final LinkTls tls = new LinkTls("sommelier-tcp-tls");
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final Listener listener;
    // Guarded by this.
    private final Map<HostPort, Dialer> dialers = new HashMap<>();
    private CompletableFuture<Void> changes = CompletableFuture.completedFuture(null);
    private volatile boolean stopping;

    TcpRun(String transport, TcpSettings settings, ChannelAcceptor acceptor) {
        this.settings = settings;
        group = new NioEventLoopGroup(settings.ioThreads(), threads());
        sockets = new LinkSockets(transport, group, acceptor, boundsOf(settings));
        listener = new Listener(names, this::serverBootstrap);
    }

    private static ThreadFactory threads() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new FastThreadLocalThread(task, "sommelier-tcp-" + number.incrementAndGet());
            // Else it would be that of whoever starts the transport, and keep that bundle in memory.
            thread.setContextClassLoader(TcpRun.class.getClassLoader());
            return thread;
        };
    }

    // --- start ------------------------------------------------------------------------------------------------

    CompletionStage<Void> start() {
        tls.use(settings.tls(), settings.tlsDial())
                .thenCompose(ready -> listener.listen(settings.host(), settings.port()))
                .whenComplete((bound, failure) -> {
                    if (failure == null) {
                        hold(settings);
                        tellAddress();
                        started.complete(null);
                    } else {
                        end().whenComplete((ended, ignored) -> started.completeExceptionally(Listener.cause(failure)));
                    }
                });
        return started;
    }

    /** Takes changed settings, one change after the other; see {@link TcpTransport#settings}. */
    synchronized CompletionStage<Void> change(TcpSettings changed) {
        CompletableFuture<Void> before = changes;
        changes = started.thenCompose(done -> before.exceptionally(failed -> null))
                .thenCompose(done -> tls.use(changed.tls(), changed.tlsDial()))
                .thenCompose(done -> {
                    settings = changed;
                    hold(changed);
                    return listener.move(changed.host(), changed.port());
                })
                .thenAccept(moved -> tellAddress());
        return changes;
    }

    private void tellAddress() {
        TcpSettings now = settings;
        LOG.info(
                "listens on {}{}, dials {}{}",
                listener.address(),
                now.tls().isOn() ? " with TLS" : "",
                now.members(),
                now.tlsDial() && !now.members().isEmpty() ? " with TLS" : "");
    }

    private static LinkBounds boundsOf(TcpSettings settings) {
        return new LinkBounds(settings.maxChannels(), settings.sendQueueCapacity(), settings.link());
    }

    /** Bounds channels and dials as the settings say. */
    private synchronized void hold(TcpSettings now) {
        if (stopping) {
            return;
        }
        sockets.bounds(boundsOf(now));
        dialers.entrySet().removeIf(entry -> {
            boolean isGone = !now.members().contains(entry.getKey());
            if (isGone) {
                entry.getValue().stop();
            }
            return isGone;
        });
        for (HostPort member : now.members()) {
            if (!dialers.containsKey(member)) {
                Backoff backoff = new Backoff(
                        now.dialFirst(),
                        now.dialMost(),
                        () -> ThreadLocalRandom.current().nextDouble());
                Dialer dialer = new Dialer(member, group.next(), names, backoff, clientBootstrap(member));
                dialers.put(member, dialer);
                dialer.dial();
            }
        }
    }

    private ServerBootstrap serverBootstrap() {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(initializer(tls::accept));
        if (settings.receiveBufferBytes() > 0) {
            // Accepted sockets inherit it; set later it would not count for the window scale.
            bootstrap.option(ChannelOption.SO_RCVBUF, settings.receiveBufferBytes());
        }
        return bootstrap;
    }

    private Bootstrap clientBootstrap(HostPort member) {
        return new Bootstrap().channel(NioSocketChannel.class).handler(initializer(pipeline -> {
            if (settings.tlsDial()) {
                tls.dial(pipeline, member);
            }
        }));
    }

    private ChannelHandler initializer(Consumer<ChannelPipeline> security) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel socket) {
                initialize(socket);
                security.accept(socket.pipeline());
            }
        };
    }

    private void initialize(Channel socket) {
        ChannelConfig config = socket.config();
        config.setAllocator(PooledByteBufAllocator.DEFAULT);
        config.setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(512, 2048, 64 * 1024));
        config.setWriteBufferWaterMark(WATER_MARK);
        config.setOption(ChannelOption.TCP_NODELAY, true);
        if (settings.receiveBufferBytes() > 0) {
            config.setOption(ChannelOption.SO_RCVBUF, settings.receiveBufferBytes());
        }
        if (settings.sendBufferBytes() > 0) {
            config.setOption(ChannelOption.SO_SNDBUF, settings.sendBufferBytes());
        }
        socket.pipeline().addLast(sockets.newSocket());
    }

    /** What is wrong with the files of its TLS; empty when nothing is. */
    Optional<String> problem() {
        return tls.problem();
    }

    /** The port it listens on. */
    int localPort() {
        return listener.address().getPort();
    }

    // --- stop -------------------------------------------------------------------------------------------------

    CompletionStage<Void> stop(Duration drainLimit) {
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        started.whenComplete((ignored, failure) -> {
            if (failure == null) {
                listener.close()
                        .thenCompose(closed -> closeChannels(drainLimit))
                        .thenCompose(all -> end())
                        .thenAccept(ended -> {
                            LOG.info("does not listen any more");
                            stopped.complete(null);
                        });
            } else {
                stopped.complete(null);
            }
        });
        return stopped;
    }

    private CompletionStage<Void> closeChannels(Duration drainLimit) {
        stopping = true;
        return sockets.close(new Goodbye(CloseReason.SHUTDOWN, true, "the controller is going down"), drainLimit);
    }

    /** Ends every thread. */
    private CompletionStage<Void> end() {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        names.close();
        tls.close();
        group.shutdownGracefully(0, END_LIMIT_SECONDS, TimeUnit.SECONDS).addListener(over -> ended.complete(null));
        return ended;
    }
}
