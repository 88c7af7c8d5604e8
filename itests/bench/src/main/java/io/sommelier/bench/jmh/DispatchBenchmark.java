package io.sommelier.bench.jmh;

import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.bench.core.InJvm;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A command within one JVM, from the sender to the handler and back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DispatchBenchmark {
    /** Whether the handler runs on the caller's thread or on the executor of its target. */
    @Param({"direct", "executor"})
    public String handler;

    private final Payload payload = Payload.copyOf(new byte[256]);
    private InJvm jvm;

    /** Starts a controller with a member. */
    @Setup
    public void open() {
        jvm = new InJvm(handler.equals("direct"));
    }

    /** Ends it. */
    @TearDown
    public void close() {
        jvm.close();
    }

    /** Sends, and waits for the reply. */
    @Benchmark
    public Reply sendAndWait() {
        return jvm.send(payload).result().toCompletableFuture().join();
    }
}
