import pytest

from bench.host.cpu import ask_py_cpuinfo, cpu_flags, read_cpu, read_cpuinfo
from bench.host.files import Files
from tests.recorded_hosts import host_tree, write

AARCH64 = """processor\t: 0
BogoMIPS\t: 243.75
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid sve bf16
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x1
CPU part\t: 0xd40
CPU revision\t: 1

processor\t: 1
BogoMIPS\t: 243.75
Features\t: fp asimd
CPU implementer\t: 0x41

Hardware\t: a board"""


def never():
    """Stands for py-cpuinfo where it must not be asked: it takes a second."""
    raise AssertionError("asked")


def nothing():
    """Stands for a py-cpuinfo that does not know the CPU."""
    return {}


def test_every_processor_of_a_recorded_host_is_a_block(tmp_path):
    blocks = read_cpuinfo(Files(host_tree("ice-lake", tmp_path)))
    assert [int(block["processor"]) for block in blocks] == list(range(128))


def test_model_numbers_and_brand(tmp_path):
    blocks = read_cpuinfo(Files(host_tree("emerald-rapids-vm-no-amx", tmp_path)))
    cpu = read_cpu(blocks, "x86_64", never)
    assert cpu.vendor.value == "GenuineIntel"
    assert cpu.brand.value == "Intel(R) Xeon(R) Platinum 8575C"
    assert (cpu.family.value, cpu.model.value, cpu.stepping.value) == (6, 207, 2)
    assert cpu.microcode.value == "0x1"


def test_a_line_that_is_not_there_is_null_with_a_reason(tmp_path):
    cpu = read_cpu(read_cpuinfo(Files(host_tree("ice-lake", tmp_path))), "x86_64", never)
    assert cpu.microcode.value is None
    assert cpu.microcode.reason == "/proc/cpuinfo: no line 'microcode'"


def test_a_stepping_that_is_no_number_is_null_with_the_text(tmp_path):
    write(tmp_path, "proc/cpuinfo", "processor\t: 0\nstepping\t: unknown")
    cpu = read_cpu(read_cpuinfo(Files(tmp_path)), "x86_64", nothing)
    assert cpu.stepping.reason == "not understood: 'unknown'"


def test_aarch64_has_features_and_no_flags(tmp_path):
    write(tmp_path, "proc/cpuinfo", AARCH64)
    blocks = read_cpuinfo(Files(tmp_path))
    cpu = read_cpu(blocks, "aarch64", nothing)
    assert len(blocks) == 2
    assert cpu.vendor.value == "0x41"
    assert cpu.brand.reason == "/proc/cpuinfo: no line 'model name'"
    assert {"asimd", "bf16"} <= cpu_flags(blocks)


@pytest.mark.parametrize("text", [None, "", "nothing here"])
def test_no_processor_means_no_flags(tmp_path, text):
    if text is not None:
        write(tmp_path, "proc/cpuinfo", text)
    blocks = read_cpuinfo(Files(tmp_path))
    assert cpu_flags(blocks) is None
    assert read_cpu(blocks, "x86_64", nothing).brand.reason.startswith(
        "/proc/cpuinfo: no processor"
    )


def test_a_cpu_that_the_kernel_does_not_name_is_named_by_py_cpuinfo(tmp_path):
    write(tmp_path, "proc/cpuinfo", AARCH64)
    known = {"model name": "Neoverse-V1", "CPU implementer": "not as the kernel says"}
    cpu = read_cpu(read_cpuinfo(Files(tmp_path)), "aarch64", lambda: known)
    assert (cpu.brand.value, cpu.vendor.value) == ("Neoverse-V1", "0x41")
    assert read_cpu([], "x86_64", lambda: {"model name": "Xeon"}).brand.value == "Xeon"


def test_py_cpuinfo_says_what_this_kernel_does():
    blocks = read_cpuinfo(Files())
    if not blocks or not blocks[0].get("model name"):
        pytest.skip("this kernel does not name its CPU")
    known = ask_py_cpuinfo()
    assert known["model name"] == blocks[0]["model name"]
    assert {line: blocks[0][line] for line in known} == known


def test_a_system_that_starts_no_process_has_no_py_cpuinfo(monkeypatch):
    def refuse(*_arguments, **_options):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("subprocess.Popen", refuse)
    assert ask_py_cpuinfo() == {}
