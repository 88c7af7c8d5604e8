package io.sommelier.mailbox.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Target;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueueNamesTest {
    @Test
    void namesWithDotsAndColonsNeverCollide() {
        List<Target> all = List.of(
                Target.of("a"),
                Target.of("a.b"),
                new Target("a", "b"),
                Target.of("a.b.c"),
                new Target("a.b", "c"),
                new Target("a", "b.c"),
                Target.of("a::b"),
                Target.of("a:b"),
                Target.of("a-b"),
                Target.of("A"));

        assertThat(all.stream().map(QueueNames::of)).doesNotHaveDuplicates();
    }

    @Test
    void plainNamesAreReadable() {
        assertThat(QueueNames.of(new Target("cellar", "barrel-1"))).isEqualTo("sommelier.command.cellar.barrel-1");
    }

    @Test
    void noNameHasWhatTheBrokerUnderstandsAsMore() {
        assertThat(QueueNames.of(new Target("a::b", "c.d:e"))).isEqualTo("sommelier.command.a~c~cb.c~dd~ce");
    }
}
