package io.sommelier.pipeline;

import static io.sommelier.pipeline.Fixtures.*;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Part;
import io.sommelier.spi.Phase;
import io.sommelier.spi.Pipeline;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What a command costs in the chain. The time is printed for the curious; only bytes are asserted. */
class ChainCostTest {
    private static final int COMMANDS = 200_000;

    private final ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final Pipeline.End nowhere = new Pipeline.End() {
        @Override
        public void execute(Command command) {}

        @Override
        public void refuse(CommandError error) {}

        @Override
        public void send(Part part) {}

        @Override
        public void abort(CommandError error) {}
    };

    @Test
    void fivePassThroughHandlersAllocateNothingBesideTheRun() {
        HandlerChain chain = chain();
        for (int i = 0; i < 5; i++) {
            chain.add(onBoth(context -> {}, context -> {}), in(Phase.DECORATE, i));
        }
        Command command = command();
        Part data = data("x");
        Part complete =
                Part.complete(io.sommelier.api.Payload.empty()).finalCount(1).build();
        pass(chain, command, data, complete);

        long nanos = System.nanoTime();
        long before = thread.getCurrentThreadAllocatedBytes();
        pass(chain, command, data, complete);
        long bytes = thread.getCurrentThreadAllocatedBytes() - before;
        nanos = System.nanoTime() - nanos;

        System.out.printf("pipeline: %d ns and %d bytes per command%n", nanos / COMMANDS, bytes / COMMANDS);
        assertThat(bytes / COMMANDS).isLessThanOrEqualTo(112);
    }

    private void pass(HandlerChain chain, Command command, Part data, Part complete) {
        for (int i = 0; i < COMMANDS; i++) {
            Pipeline.Run run = chain.open(command, ANNA, "anna-1", nowhere);
            run.down();
            run.up(data);
            run.up(complete);
        }
    }
}
