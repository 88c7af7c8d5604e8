package io.sommelier.connector;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Credential;
import io.sommelier.api.Hello;
import io.sommelier.wire.Backoff;
import io.sommelier.wire.HostPort;
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.serving.HandlerExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Collects what a {@link Connector} is made of. Not thread-safe. Each method throws {@link IllegalArgumentException} when its value is out of range, and says what is allowed. */
public final class ConnectorBuilder {
    private static final HostPort DEFAULT_CONTROLLER = new HostPort("127.0.0.1", 7007);
    private static final int END_LIMIT_SECONDS = 2;

    private final Hello.Builder hello;
    private final String instance;
    private final List<HostPort> controllers = new ArrayList<>();
    private final Map<String, ServedOperation> handlers = new LinkedHashMap<>();
    private String targetId = "";
    private int capacity = 256;
    private int threads = 16;
    private int queueCapacity = -1;
    private String listenHost = "";
    private int listenPort;
    private int sendQueueCapacity = 16_384;
    private long sendQueueBytes = 64L * 1024 * 1024;
    private Duration dialFirst = Duration.ofMillis(250);
    private Duration dialMost = Duration.ofSeconds(30);
    private Duration connectLimit = Duration.ofSeconds(5);
    private LinkSettings link = LinkSettings.defaults();
    private StateListener listener = state -> {};
    private EventLoopGroup sharedGroup;
    private LongSupplier clock = System::nanoTime;

    ConnectorBuilder(String instance) {
        this.instance = instance;
        hello = Hello.of(instance);
    }

    // --- where the controller is ------------------------------------------------------------------------------

    /** Adds a controller to dial, {@code host:port}, or {@code [address]:port} for IPv6; {@code 127.0.0.1:7007} where none is added. They are tried in order. */
    public ConnectorBuilder controller(String hostAndPort) {
        controllers.add(HostPort.parse(hostAndPort));
        return this;
    }

    /** Has the connector listen to be dialled by a controller, instead of dialling; port 0 takes any free one, see {@link Connector#localPort}. */
    public ConnectorBuilder listenOn(String host, int port) {
        check("port", port, 0, 65535);
        if (host.isBlank()) {
            throw new IllegalArgumentException("host is empty, allowed is a name or an address");
        }
        listenHost = host;
        listenPort = port;
        return this;
    }

    /** Sets the wait between attempts to reach a controller: the first, 1 ms to 1 h, and what it grows to, up to 1 h. 250 ms and 30 s where this is not called. */
    public ConnectorBuilder dialWait(Duration first, Duration most) {
        check("first", first.toMillis(), 1, 3_600_000);
        check("most", most.toMillis(), first.toMillis(), 3_600_000);
        dialFirst = first;
        dialMost = most;
        return this;
    }

    /** Sets how long a connect may take, 10 ms to 10 min; 5 s where this is not called. */
    public ConnectorBuilder connectLimit(Duration limit) {
        check("connectLimit", limit.toMillis(), 10, 600_000);
        connectLimit = limit;
        return this;
    }

    // --- who it is --------------------------------------------------------------------------------------------

    /** Names the target that it serves. Without it the connector only sends. */
    public ConnectorBuilder serves(String target) {
        hello.serves(target, Set.of());
        targetId = target;
        return this;
    }

    /** Says more about the connector; see {@link Hello.Builder#attributes}. */
    public ConnectorBuilder attributes(Map<String, String> values) {
        hello.attributes(values);
        return this;
    }

    /** Sets what it shows to prove who it is; {@link Credential#NONE} where this is not called. */
    public ConnectorBuilder credential(Credential credential) {
        hello.credential(credential);
        return this;
    }

    // --- what it serves ---------------------------------------------------------------------------------------

    /** Serves an operation of the target. */
    public ConnectorBuilder handler(String operation, CommandHandler handler) {
        handlers.put(operation, new ServedOperation(handler, false));
        return this;
    }

    /** Serves an operation of the target on the I/O thread: the handler must not block. */
    public ConnectorBuilder directHandler(String operation, CommandHandler handler) {
        handlers.put(operation, new ServedOperation(handler, true));
        return this;
    }

    /** Sets how many commands it takes at once, 1 to {@link Hello#MAX_CAPACITY}; 256 where this is not called. */
    public ConnectorBuilder capacity(int commands) {
        hello.capacity(commands);
        capacity = commands;
        return this;
    }

    /** Sets how many handlers run at once, 1 to 1024; 16 where this is not called. Direct ones are not counted. */
    public ConnectorBuilder threads(int count) {
        check("threads", count, 1, 1024);
        threads = count;
        return this;
    }

    /** Sets how many commands wait for a thread, 0 to 1 000 000; a command above that is refused with MEMBER_BUSY. As many as the capacity where this is not called. */
    public ConnectorBuilder queue(int commands) {
        check("queue", commands, 0, 1_000_000);
        queueCapacity = commands;
        return this;
    }

    // --- limits and threads -----------------------------------------------------------------------------------

    /** Sets how much waits to be written at most: commands, 1 to 1 000 000, and their bytes, 1 KiB to 1 TiB. 16 384 and 64 MiB where this is not called. */
    public ConnectorBuilder sendQueue(int commands, long bytes) {
        check("commands", commands, 1, 1_000_000);
        check("bytes", bytes, 1024, 1L << 40);
        sendQueueCapacity = commands;
        sendQueueBytes = bytes;
        return this;
    }

    /** Sets the limits of the channel; {@link LinkSettings#defaults} where this is not called. */
    public ConnectorBuilder link(LinkSettings settings) {
        link = settings;
        return this;
    }

    /** Has somebody hear where the connector stands. Replaces the listener set before. */
    public ConnectorBuilder onState(StateListener stateListener) {
        listener = stateListener;
        return this;
    }

    /** Runs on a loop of this group, which is its owner's to end, instead of on a thread of its own. */
    public ConnectorBuilder eventLoopGroup(EventLoopGroup group) {
        sharedGroup = group;
        return this;
    }

    ConnectorBuilder clock(LongSupplier nanoClock) {
        clock = nanoClock;
        return this;
    }

    // --- the connector ----------------------------------------------------------------------------------------

    /**
     * Opens the connector: it begins to look for a controller, and returns. Where it listens, it does so when this returns; that blocks shortly, so it must not be called
     * on a thread of the given group.
     *
     * @throws IllegalStateException when it has handlers but serves no target, or cannot listen
     * @throws IllegalArgumentException when the name of an operation breaks the grammar
     */
    public Connector open() {
        Operations operations = new Operations(targetId);
        handlers.forEach((operation, served) -> operations.put(operation, served.handler(), served.direct()));
        ConnectorSettings settings = new ConnectorSettings(hello.build(), link, clock);

        String threadName = "sommelier-" + instance;
        EventLoopGroup group =
                sharedGroup != null ? sharedGroup : new NioEventLoopGroup(1, ioThread(threadName + "-io"));
        EventLoop loop = group.next();
        HandlerExecutor executor =
                new HandlerExecutor(threadName, threads, queueCapacity < 0 ? capacity : queueCapacity);
        StateBoard board = new StateBoard(instance, listener);
        SendBudget budget = new SendBudget(sendQueueCapacity, sendQueueBytes);
        Lifecycle lifecycle = new Lifecycle(settings, loop, operations, executor, budget, board);
        CompletionStage<Void> ended = sharedGroup != null
                ? lifecycle.whenEnded()
                : lifecycle.whenEnded().thenCompose(all -> end(group));

        SocketSource source = source(loop, lifecycle);
        loop.execute(() -> lifecycle.start(source));
        try {
            source.listen();
        } catch (IllegalStateException cannotListen) {
            executor.close(Duration.ZERO);
            if (sharedGroup == null) {
                end(group);
            }
            throw cannotListen;
        }
        return new Connector(instance, lifecycle, operations, board, source, clock, loop, ended);
    }

    private SocketSource source(EventLoop loop, Lifecycle lifecycle) {
        if (!listenHost.isEmpty()) {
            return new Doorway(loop, listenHost, listenPort, lifecycle);
        }
        List<HostPort> dialled = controllers.isEmpty() ? List.of(DEFAULT_CONTROLLER) : controllers;
        Backoff backoff = new Backoff(
                dialFirst, dialMost, () -> ThreadLocalRandom.current().nextDouble());
        return new Dialer(loop, new DialPlan(dialled, backoff), connectLimit.toMillis(), lifecycle);
    }

    private static ThreadFactory ioThread(String name) {
        return task -> {
            Thread thread = new FastThreadLocalThread(task, name);
            // Else it would be that of whoever opens the connector, and keep that bundle in memory.
            thread.setContextClassLoader(Connector.class.getClassLoader());
            return thread;
        };
    }

    private static CompletionStage<Void> end(EventLoopGroup group) {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        group.shutdownGracefully(0, END_LIMIT_SECONDS, TimeUnit.SECONDS).addListener(over -> ended.complete(null));
        return ended;
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + " " + value + " is out of range, allowed are " + least + " to " + most);
        }
    }
}
