//! Why a bundle was not written or not taken, as people read it. No sentence names a child.

use runtime::cli::{Exit, Failure, Sentence};
use runtime::texts;
use runtime::web::Text;

use super::{ExportError, FhirError};

texts! {
    LARGE = "文件过大，没有读取，也没有登记任何内容。",
        "the file is too large; it was not read and nothing was written.";
    JSON = "文件不是 JSON，没有登记任何内容。", "the file is no JSON; nothing was written.";
    NOT_R4 = "文件不符合 FHIR R4（{0}），没有登记任何内容。",
        "the file is not as FHIR R4 has it ({0}); nothing was written.";
    MODIFIER = "文件含有本程序不理解、又不可忽略的修饰项，没有登记任何内容。",
        "the file has a modifier that is not understood and may not be ignored; nothing was \
         written.";
    TASKS = "文件应当有且只有一个 Task，没有登记任何内容。",
        "the file must have one Task and no more; nothing was written.";
    OTHER = "文件说的是另一份转介，没有登记任何内容。",
        "the file is about another referral; nothing was written.";
    STATUS = "status 与 businessStatus 不是对照表中的组合，没有登记任何内容。",
        "status and businessStatus are none that the mapping has; nothing was written.";
    PATIENT = "文件中的学生信息与转介不同，或多出身份标识，没有登记任何内容。",
        "the file says of the patient what did not come with the referral; nothing was written.";
    ALTERED = "文件中的 {0} 与导出时不同，没有登记任何内容。",
        "the {0} of the file is not as it was exported; nothing was written.";
    EXTRA = "文件含有不接收的资源，没有登记任何内容。",
        "the file has a resource of a kind that is not taken; nothing was written.";
    FIELD = "缺少 {0}，或无法读取，没有登记任何内容。",
        "{0} is missing or cannot be read; nothing was written.";
    WORD = "含有不认识的代码（{0}），没有登记任何内容。",
        "a code is not known ({0}); nothing was written.";
    UNSEALED = "本次转介没有以加密信件发出过，不能导出。",
        "nothing of this hand-over was sealed, so there is nothing to export.";
    LOSSY = "这份转介无法完整转成 FHIR，没有导出。",
        "this referral cannot be told in FHIR without loss; nothing was exported.";
    TASK_ALONE = "请只送回导出的 Task：改 status、businessStatus，把答复写进 output，其余资源不必带。",
        "Send back the exported Task alone: change status and businessStatus, write the answer \
         into output, and leave the other resources out.";
    LOOK = "对照表见说明文档 docs/fhir.md。", "The mapping is in docs/fhir.md.";
    BY_HAND = "请打印转介单，或在转介页面查看。", "Print the sheet, or look at the page of the referral.";
}

impl From<FhirError> for Failure {
    fn from(error: FhirError) -> Self {
        let invalid = |code, message: Sentence, next: Text| {
            Self::new(Exit::Invalid, code, message).hint(next)
        };
        match error {
            FhirError::Large => invalid("FHIR_LARGE", LARGE.into(), TASK_ALONE),
            FhirError::Json => invalid("FHIR_JSON", JSON.into(), LOOK),
            FhirError::NotR4(name) => invalid("FHIR_NOT_R4", Sentence::new(NOT_R4, &[&name]), LOOK),
            FhirError::Modifier => invalid("FHIR_MODIFIER", MODIFIER.into(), TASK_ALONE),
            FhirError::Tasks => invalid("FHIR_TASKS", TASKS.into(), TASK_ALONE),
            FhirError::OtherReferral => invalid("FHIR_OTHER_REFERRAL", OTHER.into(), TASK_ALONE),
            FhirError::Status => invalid("FHIR_STATUS", STATUS.into(), LOOK),
            FhirError::Patient => invalid("FHIR_PATIENT", PATIENT.into(), TASK_ALONE),
            FhirError::Altered(name) => {
                invalid("FHIR_ALTERED", Sentence::new(ALTERED, &[&name]), TASK_ALONE)
            }
            FhirError::Extra => invalid("FHIR_EXTRA", EXTRA.into(), TASK_ALONE),
            FhirError::Field(name) => invalid("FHIR_FIELD", Sentence::new(FIELD, &[&name]), LOOK),
            FhirError::Unknown(name) => invalid("FHIR_CODE", Sentence::new(WORD, &[&name]), LOOK),
            FhirError::Unsealed => {
                Self::new(Exit::Refused, "FHIR_UNSEALED", UNSEALED).hint(BY_HAND)
            }
            FhirError::Lossy => Self::new(Exit::Invalid, "FHIR_LOSSY", LOSSY).hint(BY_HAND),
        }
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Ledger(refusal) => refusal.into(),
            ExportError::Fhir(error) => error.into(),
            ExportError::Store(error) => error.into(),
        }
    }
}
