package io.sommelier.pipeline;

import static io.sommelier.pipeline.Fixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.Phase;
import io.sommelier.spi.Pipeline;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What a command costs in the chain. The time is printed for the curious; only bytes are asserted. */
class ChainCostTest {
    private static final int COMMANDS = 200_000;

    private final ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Part data = data("x");
    private final Part complete = Part.complete(Payload.empty()).finalCount(1).build();

    /** Answers within the execution, as a direct handler of an embedded connector does. */
    private final class Answering implements Pipeline.End {
        private Pipeline.Run run;
        private int terminals;

        @Override
        public void execute(Command command) {
            run.up(data);
            run.up(complete);
        }

        @Override
        public void refuse(CommandError error) {}

        @Override
        public void send(Part part) {
            terminals += part.status().isTerminal() ? 1 : 0;
        }

        @Override
        public void abort(CommandError error) {}
    }

    @Test
    void fivePassThroughHandlersAllocateNothingBesideTheRun() {
        HandlerChain chain = chain();
        for (int i = 0; i < 5; i++) {
            chain.add(onBoth(context -> {}, context -> {}), in(Phase.DECORATE, i));
        }
        Command command = command();
        Answering end = new Answering();
        pass(chain, command, end);

        long nanos = thread.getCurrentThreadCpuTime();
        long before = thread.getCurrentThreadAllocatedBytes();
        pass(chain, command, end);
        long bytes = thread.getCurrentThreadAllocatedBytes() - before;
        nanos = thread.getCurrentThreadCpuTime() - nanos;

        System.out.printf("pipeline: %d ns of CPU and %d bytes per command%n", nanos / COMMANDS, bytes / COMMANDS);
        assertThat(end.terminals).isEqualTo(2 * COMMANDS);
        assertThat(bytes / COMMANDS).isLessThanOrEqualTo(112);
    }

    private void pass(HandlerChain chain, Command command, Answering end) {
        for (int i = 0; i < COMMANDS; i++) {
            end.run = chain.open(command, ANNA, "anna-1", end);
            end.run.down();
        }
    }
}
