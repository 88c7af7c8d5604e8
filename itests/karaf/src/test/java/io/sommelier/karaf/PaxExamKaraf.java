package io.sommelier.karaf;

import static org.ops4j.pax.exam.CoreOptions.vmOption;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureSecurity;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.keepRuntimeFolder;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.karaf.options.LogLevelOption.LogLevel;
import org.ops4j.pax.exam.spi.PaxExamRuntime;

/** The assembly, unpacked and started by Pax Exam. Confined to one thread. */
final class PaxExamKaraf implements Running {
    private final Path unpacked;
    private final TestContainer container;

    PaxExamKaraf(Path archive, Path unpacked, Map<String, Map<String, String>> settings, String user)
            throws IOException {
        this.unpacked = unpacked;
        List<Option> options = new ArrayList<>(List.of(
                karafDistributionConfiguration()
                        .frameworkUrl(archive.toUri().toString())
                        .name("Sommelier")
                        .karafVersion("4.4.10")
                        .unpackDirectory(unpacked.toFile())
                        .useDeployFolder(false),
                keepRuntimeFolder(),
                configureConsole().ignoreLocalConsole(),
                logLevel(LogLevel.INFO),
                vmOption(Karaf.QUICK_START),
                configureSecurity().disableKarafMBeanServerBuilder()));
        settings.forEach((pid, values) -> values.forEach(
                (key, value) -> options.add(editConfigurationFilePut("etc/" + pid + ".cfg", key, value))));
        String[] entry = user.split("=", 2);
        options.add(editConfigurationFilePut("etc/users.properties", entry[0], entry[1]));
        container = PaxExamRuntime.createContainer(PaxExamRuntime.createServerSystem(options.toArray(Option[]::new)));
    }

    @Override
    public Path home() {
        try (Stream<Path> files = Files.walk(unpacked, 3)) {
            return files.filter(
                            path -> Files.isDirectory(path.resolve("etc")) && Files.isDirectory(path.resolve("system")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void start() {
        container.start();
    }

    @Override
    public void stop() {
        container.stop();
    }
}
