package io.sommelier.transport.websocket;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.transport.link.LinkBounds;
import io.sommelier.transport.link.LinkSocket;
import io.sommelier.transport.link.LinkSockets;
import io.sommelier.transport.link.LinkTls;
import io.sommelier.transport.link.Listener;
import io.sommelier.wire.NameLookup;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transport from one start to its stop: event loops, the listening socket, and the pipeline of each socket. Thread-safe. */
final class WebSocketRun {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketRun.class);
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);
    /** So many sockets beside the channels may be in their handshake, or told why they are refused. */
    private static final int HANDSHAKES = 1024;

    private static final int END_LIMIT_SECONDS = 2;

    private volatile WebSocketSettings settings;
    private final EventLoopGroup group;
    private final LinkSockets sockets;
    private final NameLookup names = new NameLookup("sommelier-websocket-names");
    private final LinkTls tls = new LinkTls("sommelier-websocket-tls");
    private final RefusedUpgrades refused = new RefusedUpgrades(System::nanoTime);
    private final AtomicInteger open = new AtomicInteger();
    private final ChannelHandler initializer = new ChannelInitializer<>() {
        @Override
        protected void initChannel(Channel socket) {
            initialize(socket);
        }
    };
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final Listener listener;
    private volatile boolean isStopping;
    private CompletableFuture<Void> changes = CompletableFuture.completedFuture(null); // under the lock

    WebSocketRun(String transport, WebSocketSettings settings, ChannelAcceptor acceptor) {
        this.settings = settings;
        group = new NioEventLoopGroup(settings.ioThreads(), threads());
        sockets = new LinkSockets(transport, group, acceptor, boundsOf(settings));
        listener = new Listener(names, this::serverBootstrap);
    }

    private static ThreadFactory threads() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new FastThreadLocalThread(task, "sommelier-websocket-" + number.incrementAndGet());
            // Else it would be that of whoever starts the transport, and keep that bundle in memory.
            thread.setContextClassLoader(WebSocketRun.class.getClassLoader());
            return thread;
        };
    }

    // --- start ------------------------------------------------------------------------------------------------

    CompletionStage<Void> start() {
        tls.use(settings.tls(), false)
                .thenCompose(ready -> listener.listen(settings.host(), settings.port()))
                .whenComplete((bound, failure) -> {
                    if (failure == null) {
                        tellAddress();
                        started.complete(null);
                    } else {
                        end().whenComplete((ended, ignored) -> started.completeExceptionally(Listener.cause(failure)));
                    }
                });
        return started;
    }

    /** Takes changed settings, one change after the other; see {@link WebSocketTransport#settings}. */
    synchronized CompletionStage<Void> change(WebSocketSettings changed) {
        CompletableFuture<Void> before = changes;
        changes = started.thenCompose(done -> before.exceptionally(failed -> null))
                .thenCompose(done -> tls.use(changed.tls(), false))
                .thenCompose(done -> {
                    settings = changed;
                    sockets.bounds(boundsOf(changed));
                    return listener.move(changed.host(), changed.port());
                })
                .thenAccept(moved -> tellAddress());
        return changes;
    }

    private void tellAddress() {
        LOG.info(
                "listens on {}, path {}{}",
                listener.address(),
                settings.path(),
                settings.tls().isOn() ? ", with TLS" : "");
    }

    private static LinkBounds boundsOf(WebSocketSettings settings) {
        return new LinkBounds(settings.maxChannels(), settings.sendQueueCapacity(), settings.link());
    }

    private ServerBootstrap serverBootstrap() {
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(initializer);
    }

    // --- a socket ---------------------------------------------------------------------------------------------

    private void initialize(Channel socket) {
        WebSocketSettings now = settings;
        int count = open.incrementAndGet();
        socket.closeFuture().addListener(closed -> open.decrementAndGet());
        if (count > now.maxChannels() + HANDSHAKES) {
            socket.close();
            return;
        }
        ChannelConfig config = socket.config();
        config.setAllocator(PooledByteBufAllocator.DEFAULT);
        config.setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator(512, 2048, 64 * 1024));
        config.setWriteBufferWaterMark(WATER_MARK);
        config.setOption(ChannelOption.TCP_NODELAY, true);
        HttpDecoderConfig limits = new HttpDecoderConfig()
                .setMaxInitialLineLength(now.maxHandshakeBytes())
                .setMaxHeaderSize(now.maxHandshakeBytes());
        Upgrade upgrade = new Upgrade(now, refused, () -> isStopping, (context, form) -> speak(context, now, form));
        socket.pipeline().addLast(new HttpServerCodec(limits)).addLast(upgrade);
        if (!tls.accept(socket.pipeline(), upgrade::refuseInTheClear)) {
            socket.pipeline().addFirst(new NoTls(upgrade));
        }
    }

    private void speak(ChannelHandlerContext context, WebSocketSettings now, Form agreed) {
        WebSocketForm form =
                agreed == Form.JSON ? new JsonForm(JsonForm.textLimit(now.link().maxMessageBytes())) : new BinaryForm();
        LinkSocket link = sockets.newSocket(form::end);
        if (agreed == Form.JSON) {
            link.ofWholeMessages();
        }
        ChannelPipeline pipeline = context.pipeline();
        pipeline.addLast(new WebSocket13FrameDecoder(WebSocketDecoderConfig.newBuilder()
                        .expectMaskedFrames(true)
                        .allowExtensions(false)
                        .allowMaskMismatch(false)
                        .maxFramePayloadLength(now.maxWebSocketFrameBytes())
                        .closeOnProtocolViolation(false) // the link says goodbye first
                        .withUTF8Validator(false)
                        .build()))
                .addLast(new WebSocket13FrameEncoder(false))
                .addLast(form)
                .addLast(link);
        pipeline.context(form).fireChannelActive();
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
        isStopping = true;
        CompletableFuture<Void> stopped = new CompletableFuture<>();
        started.whenComplete((ignored, failure) -> {
            if (failure == null) {
                listener.close()
                        .thenCompose(closed -> sockets.close(
                                new Goodbye(CloseReason.SHUTDOWN, true, "the controller is going down"), drainLimit))
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

    /** Ends every thread, and closes sockets that were still in their handshake. */
    private CompletionStage<Void> end() {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        names.close();
        tls.close();
        group.shutdownGracefully(0, END_LIMIT_SECONDS, TimeUnit.SECONDS).addListener(over -> ended.complete(null));
        return ended;
    }
}
