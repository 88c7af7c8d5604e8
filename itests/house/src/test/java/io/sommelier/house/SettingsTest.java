package io.sommelier.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The settings of each PID say the same in four places: the file in {@code config}, the metatype, the reader, and the README of the bundle. */
@Timeout(60)
class SettingsTest {
    /** The class whose {@code static read(Map)} reads the settings of a PID. */
    private static final Map<String, String> READERS = Map.ofEntries(
            Map.entry("io.sommelier.controller", "io.sommelier.controller.NodeSettings"),
            Map.entry("io.sommelier.pipeline", "io.sommelier.pipeline.PipelineSettings"),
            Map.entry("io.sommelier.transport.embedded", "io.sommelier.transport.embedded.internal.EmbeddedSettings"),
            Map.entry("io.sommelier.transport.tcp", "io.sommelier.transport.tcp.TcpSettings"),
            Map.entry("io.sommelier.transport.websocket", "io.sommelier.transport.websocket.WebSocketSettings"),
            Map.entry("io.sommelier.http.engine", "io.sommelier.http.engine.HttpSettings"),
            Map.entry("io.sommelier.gateway.http", "io.sommelier.gateway.http.GatewaySettings"),
            Map.entry("io.sommelier.gateway.jms", "io.sommelier.gateway.jms.GatewaySettings"),
            Map.entry("io.sommelier.mailbox.artemis", "io.sommelier.mailbox.artemis.MailboxSettings"),
            Map.entry("io.sommelier.runtime.artemis", "io.sommelier.runtime.artemis.internal.ConfigReader"));

    private static final ClassLoader CLASSES = Tree.classLoader();

    /** Keys whose shipped value is not the default, so that something is there to look at. */
    private static final Map<String, Set<String>> SHIPPED_OTHERWISE =
            Map.of("io.sommelier.controller", Set.of("knownTargets"));

    /** The owner of each PID that has a metatype, which may have several. */
    private static Map<String, Bundle> owners() throws IOException {
        Map<String, Bundle> owners = new TreeMap<>();
        for (Bundle bundle : House.sommelier().bundles()) {
            for (Metatype metatype : Tree.metatypesOf(bundle)) {
                owners.put(metatype.pid(), bundle);
            }
        }
        return owners;
    }

    static Stream<String> pids() throws IOException {
        return owners().keySet().stream();
    }

    private static Metatype metatype(String pid) throws IOException {
        return Tree.metatypesOf(owners().get(pid)).stream()
                .filter(metatype -> metatype.pid().equals(pid))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void eachFileHasAMetatypeAndEachMetatypeAFile() throws IOException {
        assertThat(Tree.settingsFiles()).isNotEmpty().isEqualTo(owners().keySet());
    }

    @ParameterizedTest
    @MethodSource("pids")
    void theFileHasTheKeysOfTheMetatypeEachWithAComment(String pid) throws IOException {
        SettingsFile file = Tree.settingsFile(pid);

        assertThat(file.values().keySet()).isEqualTo(metatype(pid).defaults().keySet());
        assertThat(file.keysWithoutComment()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pids")
    void theFileShowsTheDefaultsOfTheMetatype(String pid) throws IOException {
        Map<String, String> shown = new TreeMap<>(Tree.settingsFile(pid).values());
        Map<String, String> defaults = new TreeMap<>();
        metatype(pid).defaults().forEach((key, value) -> defaults.put(key, value.orElse("")));
        shown.keySet().removeAll(SHIPPED_OTHERWISE.getOrDefault(pid, Set.of()));
        defaults.keySet().removeAll(SHIPPED_OTHERWISE.getOrDefault(pid, Set.of()));

        assertThat(shown).isEqualTo(defaults);
    }

    @ParameterizedTest
    @MethodSource("pids")
    void theReaderAsksForTheKeysOfTheMetatype(String pid) throws Exception {
        Set<String> asked = new TreeSet<>();
        Map<String, Object> nothing = new HashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            public Object get(Object key) {
                asked.add(String.valueOf(key));
                return null;
            }
        };

        read(pid, nothing);

        assertThat(asked).isEqualTo(metatype(pid).defaults().keySet());
    }

    @ParameterizedTest
    @MethodSource("pids")
    void whatTheFileShowsAsDefaultsIsWhatTheReaderTakesWithoutThem(String pid) throws Exception {
        Map<String, Object> shown = new HashMap<>(Tree.settingsFile(pid).values());
        shown.keySet().removeAll(SHIPPED_OTHERWISE.getOrDefault(pid, Set.of()));
        metatype(pid).defaults().forEach((key, value) -> {
            if (value.isEmpty()) {
                shown.remove(key);
            }
        });

        assertThat(read(pid, shown)).isEqualTo(read(pid, Map.of()));
    }

    @ParameterizedTest
    @MethodSource("pids")
    void theReadmeOfTheBundleNamesEachKey(String pid) throws IOException {
        String readme = Tree.readmeOf(owners().get(pid));

        assertThat(metatype(pid).defaults().keySet())
                .allSatisfy(key -> assertThat(readme).contains("`" + key + "`"));
    }

    private static Object read(String pid, Map<String, Object> values) throws Exception {
        assertThat(READERS).as("name the reader of a new PID here").containsKey(pid);
        Class<?> reader = Class.forName(READERS.get(pid), false, CLASSES);
        Method read = reader.getDeclaredMethod("read", Map.class);
        read.setAccessible(true);
        try {
            return read.invoke(null, values);
        } catch (InvocationTargetException e) {
            throw new AssertionError("the reader refuses: " + e.getCause().getMessage(), e.getCause());
        }
    }
}
