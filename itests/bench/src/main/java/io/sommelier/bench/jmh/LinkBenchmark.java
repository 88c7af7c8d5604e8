package io.sommelier.bench.jmh;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.sommelier.api.Command;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Welcome;
import io.sommelier.bench.core.QuietHandler;
import io.sommelier.wire.InStream;
import io.sommelier.wire.Link;
import io.sommelier.wire.LinkSettings;
import io.sommelier.wire.LinkSink;
import io.sommelier.wire.OutStream;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Two links, wired to each other in memory: what encoding and decoding cost. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class LinkBenchmark {
    /** The payload of a command and of its reply. */
    @Param({"256", "4096"})
    public int payloadBytes;

    private final End connectorEnd = new End();
    private final End controllerEnd = new End();
    private Command command;
    private Part reply;

    /** Shakes hands. */
    @Setup
    public void open() {
        Payload payload = Payload.copyOf(new byte[payloadBytes]);
        command = Command.to("bench-1", "serve").payload(payload).build();
        reply = Part.complete(payload).build();
        connectorEnd.link = Link.ofConnector(
                LinkSettings.defaults(),
                connectorEnd,
                connectorEnd,
                PooledByteBufAllocator.DEFAULT,
                System::nanoTime,
                Hello.of("bench").build());
        controllerEnd.link = Link.ofController(
                LinkSettings.defaults(),
                controllerEnd,
                controllerEnd,
                PooledByteBufAllocator.DEFAULT,
                System::nanoTime);
        connectorEnd.link.start();
        controllerEnd.link.start();
        deliver();
        if (!connectorEnd.link.isReady()) {
            throw new IllegalStateException("the links did not shake hands");
        }
    }

    /** A command goes over and is given up: one command encoded and decoded, and a small frame. */
    @Benchmark
    public InStream commandOneWay() {
        OutStream sent = send();
        deliver();
        InStream taken = controllerEnd.taken;
        connectorEnd.link.cancel(sent, "");
        deliver();
        return taken;
    }

    /** A command goes over and its reply comes back: both encoded and decoded. */
    @Benchmark
    public Part commandAndReply() {
        send();
        deliver();
        controllerEnd.link.part(controllerEnd.taken, reply);
        deliver();
        return connectorEnd.answered;
    }

    private OutStream send() {
        return connectorEnd.link.send(command, command.ttlNanos(), 0, "", "", 1, this);
    }

    private void deliver() {
        boolean moved;
        do {
            connectorEnd.link.flush();
            controllerEnd.link.flush();
            moved = connectorEnd.handTo(controllerEnd.link);
            moved |= controllerEnd.handTo(connectorEnd.link);
        } while (moved);
    }

    private static final class End extends QuietHandler implements LinkSink {
        private final Queue<ByteBuf> written = new ArrayDeque<>();
        private Link link;
        private InStream taken;
        private Part answered;

        boolean handTo(Link peer) {
            boolean moved = false;
            for (ByteBuf frames = written.poll(); frames != null; frames = written.poll()) {
                peer.receive(frames);
                frames.release();
                moved = true;
            }
            return moved;
        }

        @Override
        public void hello(Hello hello) {
            link.welcome(new Welcome("bench", "", ""));
        }

        @Override
        public void command(
                InStream stream, Command received, long credit, String source, String principal, int attempt) {
            taken = stream;
        }

        @Override
        public void part(OutStream stream, Part part) {
            answered = part;
        }

        @Override
        public void write(ByteBuf frames) {
            written.add(frames);
        }

        @Override
        public void close() {
            throw new IllegalStateException("a link closed");
        }
    }
}
