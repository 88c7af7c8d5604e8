package io.sommelier.connector;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.Credential;
import io.sommelier.api.Health;
import io.sommelier.api.Hello;
import io.sommelier.wire.Backoff;
import io.sommelier.wire.HostPort;
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.TlsContext;
import io.sommelier.wire.TlsFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;

/** Collects what a {@link Connector} is made of. Not thread-safe. Each method throws {@link IllegalArgumentException} when its value is out of range, and says what is allowed. */
public final class ConnectorBuilder {
    private static final String DEFAULT_CONTROLLER = "127.0.0.1:7007";
    private static final int END_LIMIT_SECONDS = 2;

    private final Hello.Builder hello;
    private final String instance;
    private final List<String> controllers = new ArrayList<>();
    private final List<StateListener> listeners = new ArrayList<>();
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
    private Optional<TlsContext> tls = Optional.empty();
    private boolean isWithoutKey;
    private boolean verifiesHost = true;
    private Optional<ProxyServer> proxy = Optional.empty();
    private Callable<Credential> credentials = () -> Credential.NONE;
    private Callable<Map<String, String>> headers = Map::of;
    private boolean mayBlock;
    private EventLoopGroup sharedGroup;
    private LongSupplier clock = System::nanoTime;

    ConnectorBuilder(String instance) {
        this.instance = instance;
        hello = Hello.of(instance);
    }

    // --- where the controller is ------------------------------------------------------------------------------

    /**
     * Adds a controller to dial. They are tried in order, one right after the other; who refuses, says goodbye or is lost is followed by the next.
     *
     * <table>
     * <caption>Addresses</caption>
     * <tr><td>{@code host:port}</td><td>TLS where {@link #tls} was called, else bytes in the clear</td></tr>
     * <tr><td>{@code tcp://host:port}</td><td>bytes in the clear, always</td></tr>
     * <tr><td>{@code tls://host:port}</td><td>TLS, with what the JDK trusts where {@link #tls} was not called</td></tr>
     * <tr><td>{@code ws://host:port/path}</td><td>a WebSocket in the clear; {@code /sommelier} where there is no path</td></tr>
     * <tr><td>{@code wss://host:port/path}</td><td>a WebSocket over TLS</td></tr>
     * </table>
     *
     * <pre>{@code
     * Connector.builder("cellar-1")
     *         .controller("tls://north.example:7007")
     *         .controller("tls://south.example:7007")
     *         .controller("wss://proxy.example/sommelier")
     *         .dialWait(Duration.ofMillis(100), Duration.ofSeconds(10)) // between rounds of all three
     * }</pre>
     *
     * @param address one of these; IPv6 is {@code [::1]:7007}. {@code 127.0.0.1:7007} where none is added
     */
    public ConnectorBuilder controller(String address) {
        ControllerAddress.parse(address, false);
        controllers.add(address);
        return this;
    }

    // --- how it gets there ------------------------------------------------------------------------------------

    /**
     * Uses TLS, with the certificates that these files trust and, where the controller asks for one, a certificate of its own. A connector that listens needs a key, and accepts TLS
     * alone then. The files are looked at before each attempt: changed ones are used from then on, bad ones are named in the log and leave what was in effect.
     *
     * <pre>{@code
     * Connector.builder("cellar-1")
     *         .controller("tls://sommelier.example:7007")
     *         .tls(TlsFiles.NONE
     *                 .withTrust(Path.of("authority.crt"))
     *                 .withCertificate(Path.of("cellar.crt"), Path.of("cellar.key"), ""))
     * }</pre>
     *
     * Reads the files now, which blocks shortly.
     *
     * @throws IllegalArgumentException when they cannot be used; it says which, and why
     */
    public ConnectorBuilder tls(TlsFiles files) {
        tls = Optional.of(new TlsContext(files));
        isWithoutKey = !files.hasKey();
        mayBlock |= !files.files().isEmpty();
        return this;
    }

    /** Uses TLS as this context says; it is its owner's to renew. */
    public ConnectorBuilder tls(SSLContext context) {
        tls = Optional.of(new TlsContext(context));
        isWithoutKey = false;
        return this;
    }

    /**
     * Takes any certificate that is trusted, whatever host it was issued to. Without this, it must be that of the host in the address of the controller. Only for a trust that holds
     * nothing but the controllers.
     */
    public ConnectorBuilder anyHost() {
        verifiesHost = false;
        return this;
    }

    /**
     * Dials through a proxy, by HTTP CONNECT. The proxy looks the controllers up.
     *
     * @param hostAndPort where the proxy is
     */
    public ConnectorBuilder httpProxy(String hostAndPort) {
        return httpProxy(hostAndPort, "", "");
    }

    /**
     * As {@link #httpProxy(String)}, for a proxy that asks who it is (Basic, RFC 7617, in UTF-8).
     *
     * @throws IllegalArgumentException when the user has a colon, or either has a control character
     */
    public ConnectorBuilder httpProxy(String hostAndPort, String user, String password) {
        proxy = Optional.of(new ProxyServer(false, HostPort.parse(hostAndPort), user, password));
        return this;
    }

    /**
     * Dials through a SOCKS5 proxy (RFC 1928), which looks the controllers up.
     *
     * @param hostAndPort where the proxy is
     */
    public ConnectorBuilder socksProxy(String hostAndPort) {
        return socksProxy(hostAndPort, "", "");
    }

    /**
     * As {@link #socksProxy(String)}, for a proxy that asks who it is (RFC 1929).
     *
     * @throws IllegalArgumentException when user or password is not 1 to 255 characters of ASCII
     */
    public ConnectorBuilder socksProxy(String hostAndPort, String user, String password) {
        proxy = Optional.of(new ProxyServer(true, HostPort.parse(hostAndPort), user, password));
        return this;
    }

    /**
     * Asks for the headers of the handshake of a WebSocket before each attempt, as {@link #credentials} does; other addresses send none.
     *
     * <pre>{@code
     * .headers(() -> Map.of("Authorization", "Bearer " + tokens.fresh()))
     * }</pre>
     */
    public ConnectorBuilder headers(Callable<Map<String, String>> source) {
        headers = source;
        mayBlock = true;
        return this;
    }

    /**
     * Has the connector listen to be dialled by a controller, instead of dialling; port 0 takes any free one, see {@link Connector#localPort}.
     *
     * <pre>{@code
     * Connector connector = Connector.builder("cellar-1").listenOn("127.0.0.1", 7107).serves("cellar").open();
     * }</pre>
     */
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

    /** Sets how long a connect may take, 10 ms to 10 min; so long may also take all that comes between it and the hello: proxy, TLS, WebSocket. 5 s where this is not called. */
    public ConnectorBuilder connectLimit(Duration limit) {
        check("connectLimit", limit.toMillis(), 10, 600_000);
        connectLimit = limit;
        return this;
    }

    // --- who it is --------------------------------------------------------------------------------------------

    /**
     * Names the target that it asks for, at each attempt. The controller may give it another: {@link ConnectorState#welcome} names the one that it serves. Without this the connector only sends.
     */
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
        Objects.requireNonNull(credential, "credential");
        credentials = () -> credential;
        return this;
    }

    /**
     * Asks for the proof of who it is before each attempt, so that a token may be renewed. It is asked on a thread of its own, {@code sommelier-<instance>-ready}, and may block up to the
     * limit of {@link #connectLimit}; it is interrupted then. Where it takes longer, throws, or gives {@code null}, the attempt counts as UNREACHED, and is tried again.
     *
     * <pre>{@code
     * .credentials(() -> new Credential("token", Payload.ofText(Files.readString(Path.of("/run/secrets/token")).strip())))
     * }</pre>
     */
    public ConnectorBuilder credentials(Callable<Credential> source) {
        credentials = Objects.requireNonNull(source, "source");
        mayBlock = true;
        return this;
    }

    // --- what it serves ---------------------------------------------------------------------------------------

    /**
     * Serves an operation of the target.
     *
     * <pre>{@code
     * .handler("pour", CommandHandler.answering(invocation -> Payload.ofText("a glass of " + invocation.payload().asText())))
     * .handler("fetch", CommandHandler.answeringLater(invocation -> store.fetch(invocation.payload().asText()).thenApply(Payload::ofText)))
     * .handler("count", CommandHandler.iterating(invocation -> rows.stream().map(Payload::ofText).iterator())) // a part each
     * }</pre>
     */
    public ConnectorBuilder handler(String operation, CommandHandler handler) {
        handlers.put(operation, ServedOperation.of(operation, handler, false));
        return this;
    }

    /** Serves an operation of the target on the I/O thread: the handler must not block. */
    public ConnectorBuilder directHandler(String operation, CommandHandler handler) {
        handlers.put(operation, ServedOperation.of(operation, handler, true));
        return this;
    }

    /**
     * Says how it is whenever the controller asks: a connector that is down gets no new commands, and goes on with what it has. The check runs on a thread of its own,
     * {@code sommelier-<instance>-health-1}, one at a time, though all handlers are busy and the queue is full; one that takes longer than the controller waits counts as down, and so does one
     * that throws, with the message of the exception. Without it nobody asks, and it counts as up.
     *
     * <pre>{@code
     * .health(() -> pump.isRunning() ? Health.up() : Health.down("the pump stands still"))
     * }</pre>
     */
    public ConnectorBuilder health(Callable<Health> check) {
        return handler(Health.OPERATION, Health.handler(check));
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

    /**
     * Has somebody hear where the connector stands, beside those who do already.
     *
     * <pre>{@code
     * .onState(state -> {
     *     switch (state.phase()) {
     *         case ACTIVE -> log.info("serves {} at {}", state.welcome().orElseThrow().targetId(), state.address());
     *         case REFUSED, UNREACHED, LOST -> log.warn("{}: {}", state.phase(), state.goodbye().orElseThrow().message());
     *         default -> log.debug("{}", state.phase());
     *     }
     * })
     * }</pre>
     */
    public ConnectorBuilder onState(StateListener stateListener) {
        listeners.add(Objects.requireNonNull(stateListener, "stateListener"));
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
     * @throws IllegalStateException when it has handlers but serves no target, or cannot listen, or is to listen with TLS and has no key
     * @throws IllegalArgumentException when the name of an operation breaks the grammar
     */
    public Connector open() {
        if (!listenHost.isEmpty() && isWithoutKey) {
            throw new IllegalStateException("a connector that listens with TLS needs a certificate and its key");
        }
        Operations operations = new Operations(targetId);
        handlers.forEach((operation, served) ->
                operations.put(operation, served.handler(), served.place() == ServedOperation.Place.DIRECT));
        ConnectorSettings settings = new ConnectorSettings(hello.build(), link, clock);

        String threadName = "sommelier-" + instance;
        EventLoopGroup group =
                sharedGroup != null ? sharedGroup : new NioEventLoopGroup(1, ioThread(threadName + "-io"));
        EventLoop loop = group.next();
        ServingThreads servingThreads =
                new ServingThreads(threadName, threads, queueCapacity < 0 ? capacity : queueCapacity);
        StateBoard board = new StateBoard(instance, listeners);
        SendBudget budget = new SendBudget(sendQueueCapacity, sendQueueBytes);
        Lifecycle lifecycle = new Lifecycle(settings, loop, operations, servingThreads, budget, board);
        CompletionStage<Void> ended = sharedGroup != null
                ? lifecycle.whenEnded()
                : lifecycle.whenEnded().thenCompose(all -> end(group));

        SocketSource source = source(loop, lifecycle);
        loop.execute(() -> lifecycle.start(source));
        try {
            source.listen();
        } catch (IllegalStateException cannotListen) {
            servingThreads.close();
            if (sharedGroup == null) {
                end(group);
            }
            throw cannotListen;
        }
        return new Connector(instance, lifecycle, operations, board, source, clock, loop, ended);
    }

    private SocketSource source(EventLoop loop, Lifecycle lifecycle) {
        Optional<TlsContext> used = tls;
        List<ControllerAddress> dialled = addresses();
        if (used.isEmpty() && dialled.stream().anyMatch(ControllerAddress::isSecure)) {
            used = Optional.of(new TlsContext(TlsFiles.NONE));
        }
        Preparation preparation = new Preparation(
                loop,
                "sommelier-" + instance + "-ready",
                used,
                credentials,
                headers,
                mayBlock,
                connectLimit.toMillis());
        if (!listenHost.isEmpty()) {
            return new Doorway(loop, listenHost, listenPort, preparation, connectLimit.toMillis(), lifecycle);
        }
        Backoff backoff = new Backoff(
                dialFirst, dialMost, () -> ThreadLocalRandom.current().nextDouble());
        Approach approach = new Approach(proxy, used, verifiesHost, connectLimit.toMillis());
        return new Dialer(loop, new DialPlan(dialled, backoff), preparation, approach, lifecycle);
    }

    private List<ControllerAddress> addresses() {
        if (!listenHost.isEmpty()) {
            return List.of();
        }
        return (controllers.isEmpty() ? List.of(DEFAULT_CONTROLLER) : controllers)
                .stream()
                        .map(address -> ControllerAddress.parse(address, tls.isPresent()))
                        .toList();
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
