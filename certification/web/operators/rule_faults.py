"""Faults of rule files, said in Vietnamese.

Commands and the JSON interface say them in English, to whoever writes files and programs. Whoever loads a file on a
page in Vietnamese is told the same in Vietnamese, with the same values in it; what any document of a published shape
breaks is said by `statement_faults`. A test takes every sentence there is and finds none left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from certification.web.frame import languages, statement_faults
from certification.web.frame.statement_faults import Sentences

__all__ = ["in_vietnamese", "rule_fault_words"]

_SHAPES: Mapping[str, str] = {
    "must be a number of years from 1 to 100, with its origin": "phải là số năm từ 1 đến 100, kèm nguồn",
    "must be a number of days from 1 to 3650, with its origin": "phải là số ngày từ 1 đến 3650, kèm nguồn",
    "must be a number of bytes from 1,000 to 30,000,000, with its origin": "phải là số byte từ 1.000 đến 30.000.000, "
    "kèm nguồn",
    "must be a number of seconds from 5 to 300, with its origin": "phải là số giây từ 5 đến 300, kèm nguồn",
    "must be a number of minutes from 1 to 1440, with its origin": "phải là số phút từ 1 đến 1440, kèm nguồn",
    "must be a number of hours from 1 to 720, with its origin": "phải là số giờ từ 1 đến 720, kèm nguồn",
    "must be a number of days after the assessed year, from -365 to 3650, with its origin": "phải là số ngày tính từ "
    "cuối năm đánh giá, từ -365 đến 3650, kèm nguồn",
    "must be per cent from 1 to 100, with its origin": "phải là phần trăm từ 1 đến 100, kèm nguồn",
    "must be a Roman numeral, such as II": "phải là số La Mã, như II",
    "must be points between 0 and 1000": "phải là số điểm từ 0 đến 1000",
    "must be CS and a number, such as CS1": "phải là CS và một số, như CS1",
    "must be true or false: whether only a person can give points here": "phải là true hoặc false: có phải chỉ người "
    "cho điểm được ở đây không",
    "must be a list of ids of templates: what they tell happens once, and told again it is a repeat": "phải là danh "
    "sách mã mẫu: điều các mẫu đó kể chỉ xảy ra một lần, kể lại là trùng",
    "must not stand in a file with adds_to: the profile stands once, in the mapping added to": "không được có trong "
    "tệp có adds_to: profile chỉ ghi một lần, ở tệp được thêm vào",
    "must not stand in a file with adds_to: it is in force together with the mapping added to": "không được có trong "
    "tệp có adds_to: tệp này có hiệu lực cùng tệp được thêm vào",
    "must be an IRI, such as {example}": "phải là IRI, như {example}",
    "must be G1, G2, G3 or G4": "phải là G1, G2, G3 hoặc G4",
    "must be true or false: whether the topic says that the worker can do something": "phải là true hoặc false: nội "
    "dung này có nói là người lao động biết làm hay không",
    'must be a list of activity type IRIs; "none" stands for an activity that does not say its type': "phải là danh "
    'sách IRI loại hoạt động; "none" là hoạt động không nói loại',
    'must be "fine", "failed" (result.success is false) or "unfinished" (result.completion is false)': "phải là "
    '"fine" (đạt), "failed" (result.success là false) hoặc "unfinished" (result.completion là false)',
    'must be a list of "fine", "failed" (result.success is false) and "unfinished" (result.completion is false)': ""
    'phải là danh sách gồm "fine" (đạt), "failed" (result.success là false), "unfinished" (result.completion là false)',
    "must be true or false: whether topics that the Statement or the catalogue states count": "phải là true hoặc "
    "false: nội dung do phát biểu hay danh mục nêu có được tính không",
    "must be true or false: whether topics marked ability may be given": "phải là true hoặc false: có được tính cho "
    "nội dung ghi ability không",
    "must be a list of Statement Templates of the profile, such as {example}": "phải là danh sách Statement Template "
    "của profile, như {example}",
    "must be a whole number of minutes of result.duration": "phải là số phút nguyên của result.duration",
    "must be a scaled score in ten-thousandths, such as 8000 for 0.8": "phải là điểm tính theo phần vạn, như 8000 là "
    "0,8",
    "must be true or false: whether what it tells happens once, so that told again it is a repeat": "phải là true "
    "hoặc false: điều mẫu này kể có phải chỉ xảy ra một lần, kể lại là trùng không",
    "must not stand beside statement_templates: the verb is that of the Statement Template": "không được đi cùng "
    "statement_templates: động từ lấy theo Statement Template",
    "must not stand beside statement_templates: types are those of the Statement Template": "không được đi cùng "
    "statement_templates: loại lấy theo Statement Template",
    "must be a list of ids of activities, one of which the Statement must name": "phải là danh sách mã hoạt động; "
    "phát biểu phải nêu một trong số đó",
    "must be a Statement Template of the profile: template/ and its id, or its whole IRI": "phải là Statement "
    "Template của profile: template/ và mã, hoặc cả IRI",
    "must be an IRI; <profile>/… is one of our own vocabulary, such as <profile>/activity-type/law-session": "phải là "
    "IRI; <profile>/… là của bộ từ riêng, như <profile>/activity-type/law-session",
    "must be a list of IRIs": "phải là danh sách IRI",
    "must be a JSONPath such as {example}": "phải là JSONPath, như {example}",
    "must be a text, a number, true or false": "phải là chuỗi, số, true hoặc false",
    "must be a number": "phải là số",
    "must be a list of texts, numbers, true or false": "phải là danh sách gồm chuỗi, số, true hoặc false",
    "must be a whole number of days": "phải là số ngày nguyên",
    "must be a whole number of minutes": "phải là số phút nguyên",
    "must be an evidence level from 0 to 3, or -1 for nothing at all": "phải là mức minh chứng từ 0 đến 3, hoặc -1 là "
    "không tính gì",
    "must be an address that begins with http:// or https://": "phải là địa chỉ bắt đầu bằng http:// hoặc https://",
    'must be "included", "excluded" or "recommended"': 'phải là "included", "excluded" hoặc "recommended"',
    'must be "administrative" or "trade_union"': 'phải là "administrative" (chính quyền) hoặc "trade_union" (công '
    "đoàn)",
    'must be the month and day before which a yearly report is in, such as "11-25"': "phải là tháng và ngày phải nộp "
    'báo cáo năm trước đó, như "11-25"',
    "must be a section number as a report prints it, such as I or I.2": "phải là số mục như in trong báo cáo, như I "
    "hoặc I.2",
    "must be a section number as the form prints it, such as I or I.2": "phải là số mục như in trong biểu mẫu, như I "
    "hoặc I.2",
    'must be the document\'s number as printed; "" when none is printed': 'phải là số văn bản như đã in; "" nếu không '
    "in số",
    "must be month and day, such as 11-25": "phải là tháng và ngày, như 11-25",
    "must be a group: G1 to G5 of the national programme, or the plan's own letter and number, such as L1": "phải là "
    "nhóm: G1 đến G5 của chương trình quốc gia, hoặc chữ và số riêng của kế hoạch, như L1",
    "must be a letter and a number, such as G1 or L1": "phải là một chữ và một số, như G1 hoặc L1",
    'must be "workers", "union_cadres" or "grassroots_unions"': 'phải là "workers" (người lao động), "union_cadres" '
    '(cán bộ công đoàn) hoặc "grassroots_unions" (công đoàn cơ sở)',
    'must be "person" or "organization"': 'phải là "person" (người) hoặc "organization" (đơn vị)',
    'must be ">=" (đạt, tối thiểu) or ">" (trên)': 'phải là ">=" (đạt, tối thiểu) hoặc ">" (trên)',
    "must be the target's id, a hyphen and a word, such as G4-able": "phải là mã chỉ tiêu, gạch nối và một từ, như "
    "G4-able",
    "must be whole per cent between 1 and 100": "phải là phần trăm nguyên từ 1 đến 100",
    'must be "any_of", "all_of", "title_holders" or "commitment"': 'phải là "any_of" (ít nhất một nội dung), "all_of" '
    '(đủ mọi nội dung), "title_holders" (người có danh hiệu) hoặc "commitment" (đã đưa vào chương trình)',
    "must be an assessment year relative to the year of the cut-off: 0 for the same, -1 for the one before": "phải là "
    "năm đánh giá so với năm chốt số liệu: 0 là cùng năm, -1 là năm liền trước",
    "must be a list of assessment years relative to the year of the cut-off, such as [0, -1]": "phải là danh sách năm "
    "đánh giá so với năm chốt số liệu, như [0, -1]",
    'must be a list of indicators of the criteria, such as ["CS4", "CS8"], without repeats': "phải là danh sách chỉ "
    'số của bộ tiêu chí, như ["CS4", "CS8"], không lặp',
    "must be a whole number, without dots": "phải là số nguyên, không có dấu chấm",
    "must be between 1 and 5: one Statement may never be worth more than half of an indicator": "phải từ 1 đến 5: một "
    "phát biểu không bao giờ được đáng quá nửa số điểm của một chỉ số",
    'must be "A" (the log may suggest points) or "B" (the log suggests, a verifier confirms)': 'phải là "A" (nhật ký '
    'được gợi ý điểm) hoặc "B" (nhật ký gợi ý, người xác nhận)',
    "must be a whole number from 1 to 100000": "phải là số nguyên từ 1 đến 100000",
    "must be a whole number of at least 1: no evidence earns no points": "phải là số nguyên từ 1: không minh chứng "
    "thì không có điểm",
    "must be whole points, at least 1": "phải là số điểm nguyên, từ 1",
    "must be an identifier of at most 200 small ASCII letters, digits and single hyphens, such as {example}": "phải "
    "là mã nhiều nhất 200 chữ thường không dấu, chữ số và gạch nối đơn, như {example}",
    "must be an organization's code, such as {example}": "phải là mã đơn vị, như {example}",
    "must be a text that says something": "phải là chuỗi có nội dung",
    "must be a day written without quotes, such as {example}": "phải là ngày viết không có dấu nháy, như {example}",
    "must be a day without quotes": "phải là ngày viết không có dấu nháy",
    "must be a year between 2000 and 2100, written without quotes": "phải là năm từ 2000 đến 2100, viết không có dấu "
    "nháy",
    'must be "CONFIRMED" (a source says so), "INFERRED" (our reading) or "PROPOSAL" (our own design)': "phải là "
    '"CONFIRMED" (có văn bản nêu rõ), "INFERRED" (suy ra từ văn bản) hoặc "PROPOSAL" (tự đặt)',
    "must be a topic code of the evidence mapping, such as law-labour, its IRI in the profile, such as "
    'topic/law-labour, or "*" for any': "phải là mã nội dung trong quy định đọc minh chứng, như law-labour, hoặc IRI "
    'của nó, như topic/law-labour, hoặc "*" là bất kỳ',
    'must be a list of topic codes of the evidence mapping, such as ["reading", "learning"], without repeats': "phải "
    'là danh sách mã nội dung trong quy định đọc minh chứng, như ["reading", "learning"], không lặp',
    "must be an evidence level from 0 (E0, self-declared) to 3 (E3, assessed)": "phải là mức minh chứng từ 0 (E0, tự "
    "khai) đến 3 (E3, được kiểm tra)",
    "must be a list of ids of [[source]] entries of this file": "phải là danh sách mã của các mục [[source]] trong "
    "tệp này",
    "must say what it asks for: equals, one_of, at_least or at_most": "phải nói đòi gì: equals, one_of, at_least hoặc "
    "at_most",
    "must say what it asks for: presence, any, all or none": "phải nói đòi gì: presence, any, all hoặc none",
    "must say what it is about (topics), or which other activity it is the same as (same_as)": "phải nói về nội dung "
    "gì (topics), hoặc giống hoạt động nào (same_as)",
    "holds what does not go together: any_of and all_of take what and quality_at_least, title_holders takes "
    "title_years, commitment takes commitment, and nothing else stands beside": "có những phần không đi cùng nhau: "
    "any_of và all_of có what và quality_at_least, title_holders có title_years, commitment có commitment, ngoài ra "
    "không có gì khác",
    "must be indicators with their origin, such as {example}": "phải là các chỉ số kèm nguồn, như {example}",
    "must be a figure with its origin, such as {example}": "phải là con số kèm nguồn, như {example}",
}
"""What a schema says of a value, which stands before it or not."""

_CHECKS: Mapping[str, str] = {
    "there is no such file in {folder}; check the path": "không có tệp này; xem lại đường dẫn",
    "is not UTF-8; save the file as UTF-8": "tệp không phải UTF-8; lưu lại ở dạng UTF-8",
    "is nested too deep; no rule needs that": "các phần lồng nhau quá sâu; không quy tắc nào cần vậy",
    "holds a number that is too long; no rule needs that": "có một số quá dài; không quy tắc nào cần vậy",
    "has {many} faults; the first {most} are told, mend these first": "có {many} chỗ sai; chỉ nêu {most} chỗ đầu, sửa "
    "các chỗ này trước",
    "holds the character {name}, which nobody sees; take it out": "có ký tự {name} không nhìn thấy được; bỏ đi",
    "the file does not say its kind; it must be one of {names}": "tệp không nói loại (kind); phải là một trong {names}",
    "kind is {value}; it must be one of {names}": "loại (kind) là {value}; phải là một trong {names}",
    "is not TOML at column {at}: {toml}": "không phải TOML, sai ở cột {at}: {toml}",
    "is not TOML at the end of the file: {toml}": "không phải TOML, sai ở cuối tệp: {toml}",
    "is not TOML: {toml}": "không phải TOML: {toml}",
    "holds units, not rules: it goes in with the organizations": "là tệp đơn vị, không phải quy tắc: nhập ở phần đơn "
    "vị",
    "{kind} {name} is loaded already with another text. A loaded file is never edited, because old results point to "
    "it: give the changed rules a new id and load them beside the old ones": "{kind} {name} đã nạp với nội dung khác. "
    "Tệp đã nạp không bao giờ sửa vì kết quả cũ dựa vào nó: đặt mã (id) mới cho quy tắc đã đổi rồi nạp thêm",
    "{name} has a number and words; a value is either counted or not": "{name} vừa có số vừa có chữ; một giá trị chỉ "
    "là số hoặc là chữ",
    "{name} ends before it begins": "{name} kết thúc trước khi bắt đầu",
    "{name} is not listed; {meant}": "{name} không có trong danh sách; {meant}",
    "{name} stands on the other tree: it is {other}": "{name} thuộc hệ thống kia: {other}",
    "{name} ends before {other} does; name the unit that follows": "{name} kết thúc trước {other}; nêu đơn vị kế tiếp",
    "the predecessor {name} must have an exists_to before this day": "đơn vị trước {name} phải có exists_to trước "
    "ngày này",
    "there is no [[source]] with id {name}; {meant}": "không có mục [[source]] mã {name}; {meant}",
    "no criteria set has the indicator {name}; {meant}": "không bộ tiêu chí nào có chỉ số {name}; {meant}",
    "nobody may attest {names}, for which no log suggests points: no worker would ever meet the criteria": "không ai "
    "được xác nhận {names}, mà nhật ký cũng không gợi ý điểm: sẽ không người lao động nào đủ điều kiện",
    "the {kind} {name} begins on that day already; begin on a later one": "{kind} {name} đã bắt đầu ngày đó; chọn ngày "
    "sau",
    "has a place in braces that cannot be filled in; here {names} can be": "có chỗ trong ngoặc nhọn không điền được; ở "
    "đây chỉ có {names}",
    "has a place in braces that nothing fills in; here {names} can be": "có chỗ trong ngoặc nhọn không có gì để điền; "
    "ở đây chỉ có {names}",
    "must hold {{number}} and {{year}}, or two certificates could have one number": "phải có {{number}} và {{year}}, "
    "nếu không hai giấy có thể trùng số",
    'must be "never": nobody judges the own dossier': 'phải là "never": không ai xét hồ sơ của chính mình',
    "no step leads to {name}": "không bước nào dẫn đến {name}",
    "only a step made for it leads to {name}": "chỉ bước dành riêng mới dẫn đến {name}",
    "this step leads to {name} and to nothing else": "bước này chỉ dẫn đến {name}",
    "no way of steps leads to a title": "không chuỗi bước nào dẫn đến danh hiệu",
    "a title could be granted without the step {name}; let no way go round it": "có thể công nhận danh hiệu mà không "
    "qua bước {name}; đừng để đường nào bỏ qua bước này",
    "must be there: a consent is given to somebody, for so many days at most": "phải có: đồng ý là đồng ý với ai đó, "
    "trong nhiều nhất bao nhiêu ngày",
    "is for purposes that rest on consent alone": "chỉ dùng cho mục đích dựa trên sự đồng ý",
    "lacks what every person may ask for: {names}": "thiếu điều mà ai cũng có quyền yêu cầu: {names}",
    "is not of the year {year}": "không thuộc năm {year}",
    "leaves no day of the week to work on; a term in working days would never end": "không còn ngày làm việc nào trong "
    "tuần; thời hạn tính bằng ngày làm việc sẽ không bao giờ hết",
    "{name} can reach {most} points, less than the {floor} every one must have": "{name} nhiều nhất {most} điểm, ít "
    "hơn mức {floor} mà mỗi chỉ số phải có",
    "the total of {total} cannot be reached: all indicators together have {most} points": "không thể đạt tổng {total}: "
    "mọi chỉ số cộng lại chỉ có {most} điểm",
    "the last year lies before the first; correct one of them": "năm cuối trước năm đầu; sửa một trong hai",
    "criteria set {name} is loaded for the same audience from the same year; a new decision needs a later first year":
    "bộ tiêu chí {name} đã nạp cho cùng đối tượng từ cùng năm; quyết định mới cần năm đầu muộn hơn",
    "criteria set {name} belongs to programme {other}; name that one": "bộ tiêu chí {name} thuộc chương trình {other}; "
    "ghi chương trình đó",
    "lies before {year}, the first year of criteria set {name}": "trước năm {year}, năm đầu của bộ tiêu chí {name}",
    "criteria set {name} has no indicator {other}; {meant}": "bộ tiêu chí {name} không có chỉ số {other}; {meant}",
    "{name} gets its points from attestations alone (by_person_only in criteria set {other}); take it out of the "
    "rubric": "{name} chỉ do người cho điểm (by_person_only trong bộ tiêu chí {other}); bỏ nó khỏi thang điểm",
    "rubric {name} is loaded for the same criteria set from the same year; add replaces = {other}, or let this one "
    "begin later": "thang điểm {name} đã nạp cho cùng bộ tiêu chí từ cùng năm; thêm replaces = {other}, hoặc cho tệp "
    "này bắt đầu muộn hơn",
    "{name} has {many} steps; it needs at least {least}, so that some effort earns some points": "{name} có {many} "
    "bậc; cần ít nhất {least}, để có cố gắng là có điểm",
    "{name} has {many} step; it needs at least {least}, so that some effort earns some points": "{name} có {many} "
    "bậc; cần ít nhất {least}, để có cố gắng là có điểm",
    "one Statement could be worth {worst} points in {name}, more than the {allowed} that single_statement_at_most "
    "allows (worst case: it moves every component at once as far as one Statement can); make the steps smaller, or "
    "cap what one Statement counts": "một phát biểu có thể đáng {worst} điểm ở {name}, quá mức {allowed} mà "
    "single_statement_at_most cho phép (trường hợp xấu nhất: một phát biểu đẩy mọi phần lên hết mức); cho các bậc nhỏ "
    "hơn, hoặc chặn mức tính của một phát biểu",
    "there is no measure {name}; {meant}": "không có cách đo {name}; {meant}",
    "measure {name} needs the option {other}: add options = {value}": "cách đo {name} cần lựa chọn {other}: thêm "
    "options = {value}",
    "measure {name} does not know the option {other}; it has no options": "cách đo {name} không có lựa chọn {other}; "
    "nó không có lựa chọn nào",
    "measure {name} does not know the option {other}; it has {names}": "cách đo {name} không có lựa chọn {other}; nó "
    "có {names}",
    "{key} must rise from step to step, but {value} follows {other}": "{key} phải tăng qua từng bậc, nhưng sau "
    "{other} lại là {value}",
    "is worth up to {many} points; the indicator has {most}": "đáng đến {many} điểm; chỉ số chỉ có {most}",
    "{name} never comes to more than {most} in a year": "{name} không bao giờ quá {most} trong một năm",
    "evidence mapping {name} begins on the same day; let this one begin later, or make it add to the other with "
    "adds_to = {other}": "quy định đọc minh chứng {name} bắt đầu cùng ngày; cho tệp này bắt đầu muộn hơn, hoặc thêm "
    "vào tệp kia bằng adds_to = {other}",
    "topic {name} is defined already; leave it out here": "nội dung {name} đã có; bỏ ở đây",
    "is the activity itself; name the other one": "chính là hoạt động này; nêu hoạt động kia",
    "is below quality; the level must lie within its bound": "thấp hơn quality; mức phải nằm trong giới hạn của nó",
    "is below quality_at_most; a signature that is trusted takes nothing away": "thấp hơn quality_at_most; chữ ký được "
    "tin không làm giảm mức",
    "a voiding Statement is never evidence; take the verb voided out": "phát biểu dùng để huỷ phát biểu khác "
    "không bao giờ là minh chứng; bỏ động từ voided",
    "is below at_least; nothing could be both": "nhỏ hơn at_least; không gì thoả được cả hai",
    "{kind} {name} is defined already; give this one another id": "{kind} {name} đã có; đặt mã khác",
    "the profile {name} has no Statement Template {other}; {meant}": "profile {name} không có Statement Template "
    "{other}; {meant}",
    "there is no template {name}; {meant}": "không có mẫu {name}; {meant}",
    "there is no activity type {name}; {meant}": "không có loại hoạt động {name}; {meant}",
    "cannot be read from character {at} on: a place such as $.result.success is wanted": "không đọc được từ ký tự thứ "
    "{at}: cần một chỗ như $.result.success",
    "cannot be read from character {at} on: within brackets stand names in quotes, numbers and *": "không đọc được từ "
    "ký tự thứ {at}: trong ngoặc vuông chỉ có tên trong dấu nháy, số và *",
    "cannot be read from character {at} on: {value}": "không đọc được từ ký tự thứ {at}: {value}",
    "{name}: the year {year} lies outside the plan's in_force_from and in_force_to": "{name}: năm {year} nằm ngoài "
    "hiệu lực của kế hoạch (in_force_from, in_force_to)",
    "{name}: population {other} is counted by unit {value}": "{name}: population {other} phải đi với unit {value}",
    "{name} stands beside {other} and must begin with {value}": "{name} đứng cạnh {other} nên phải bắt đầu bằng "
    "{value}",
    "{name}: years must rise, each once": "{name}: các năm phải tăng dần, mỗi năm một lần",
    "{name}: the rule commitment goes with population grassroots_unions, and only with it": "{name}: cách tính "
    "commitment đi với population grassroots_unions, và chỉ với nó",
    '{name}: all_of asks for a fact of every kind listed, and "*" is no kind; list the kinds, or use any_of': "{name}: "
    'all_of đòi đủ mọi nội dung đã kê, mà "*" không phải nội dung; kê từng nội dung, hoặc dùng any_of',
    "{name}: the source line says {share} %, which is not among the values": "{name}: câu trong nguồn nói {share} %, "
    "không có trong các mức",
    "{name}: {share} % does not stand in the source line": "{name}: câu trong nguồn không có {share} %",
    "the plan {name} belongs to {other}, not to this predecessor": "kế hoạch {name} là của {other}, không phải của đơn "
    "vị trước này",
    "an organization does not inherit from itself": "đơn vị không kế thừa chính mình",
    "the plan {name} is not in force on this day": "kế hoạch {name} không có hiệu lực vào ngày này",
    "lies before in_force_from; correct one of them": "trước in_force_from; sửa một trong hai",
    "{name} rests on another file itself; name the one below, {other}": "chính {name} cũng dựa trên tệp khác; nêu tệp "
    "bên dưới, {other}",
    "has no section or no item, neither its own nor of a base; a report says something": "không có phần hoặc mục nào, "
    "của mình hay của tệp gốc; báo cáo phải có nội dung",
    "the base has no item {name}; {meant}": "tệp gốc không có mục {name}; {meant}",
    "there is no [[section]] with id {name}; {meant}": "không có phần [[section]] mã {name}; {meant}",
    "{name} is entered as {kind}; its join must be left out: a figure covers the branch already": "{name} nhập theo "
    "{kind}; bỏ join: số liệu đã tính cho cả nhánh",
    "{name} is entered as {kind}; its join must be {names}": "{name} nhập theo {kind}; join phải là {names}",
    "{name} is a count without a unit; say what is counted": "{name} là số đếm mà không có đơn vị tính; ghi đếm gì",
    '{name}: [[item.column]] goes with entered = "rows", and only with it': '{name}: [[item.column]] đi với entered = '
    '"rows", và chỉ với nó',
    '{name}: figure goes with entered = "figure", and only with it': '{name}: figure đi với entered = "figure", và chỉ '
    "với nó",
    '{name}: a target goes with figure = "targets"': '{name}: target đi với figure = "targets"',
    "the plan has no target {name}; {meant}": "kế hoạch không có chỉ tiêu {name}; {meant}",
    'a yearly filing has before = "11-25", any other due_on = 2030-12-31': 'báo cáo năm có before = "11-25", báo cáo '
    "khác có due_on = 2030-12-31",
    "{name} is no day of a common year": "{name} không phải ngày có trong năm thường",
    '"*" means any fact and stands alone': '"*" là bất kỳ nên phải đứng một mình',
    "no evidence mapping has the profile of {name}; {meant}": "không quy định đọc minh chứng nào có profile của "
    "{name}; {meant}",
    "no evidence mapping defines the topic {name}; {meant}": "không quy định đọc minh chứng nào có nội dung {name}; "
    "{meant}",
    "{repeated} stands here a second time; each may stand once": "{repeated} có ở đây lần thứ hai; mỗi thứ chỉ ghi một "
    "lần",
    "no {loaded} is loaded; load it first, or name another: {meant}": "chưa nạp {loaded}; nạp trước, hoặc nêu tên "
    "khác: {meant}",
    "plan {name}, target {other} (related to {kind}, though not counted alike): {share} % for {year} is below the "
    "{most} % of its parent plan {parent}, target {target}": "kế hoạch {name}, chỉ tiêu {other} (gần với {kind} nhưng "
    "đếm khác nhau): {share} % cho năm {year} thấp hơn {most} % của kế hoạch cấp trên {parent}, chỉ tiêu {target}",
    "plan {name}, target {other}: {share} % for {year} is below the {most} % of its parent plan {parent}, target "
    "{target}": "kế hoạch {name}, chỉ tiêu {other}: {share} % cho năm {year} thấp hơn {most} % của kế hoạch cấp trên "
    "{parent}, chỉ tiêu {target}",
    "plan {name} and plan {other} bind {unit} from the same day {day} with targets for the same group; {first} is "
    "measured first: end one of them, or let one begin later": "kế hoạch {name} và {other} cùng ràng buộc {unit} từ "
    "ngày {day}, có chỉ tiêu cùng nhóm; {first} được đối chiếu trước: cho một kế hoạch kết thúc, hoặc bắt đầu muộn hơn",
}  # fmt: skip
"""Whole sentences: what crosses fields and files, what cannot be read, and what is warned of."""

_TOML: Mapping[str, str] = {
    "Cannot declare {key} twice": "khai {key} hai lần",
    "Cannot mutate immutable namespace {key}": "thêm vào bảng {key} đã khép",
    "Cannot overwrite a value": "ghi đè một giá trị đã có",
    "Cannot redefine namespace {key}": "khai lại bảng {key}",
    "Duplicate inline table key {key}": "khoá {key} có hai lần trong một bảng",
    "Escaped character is not a Unicode scalar value": "ký tự sau dấu \\ không có trong Unicode",
    "Expected '=' after a key in a key/value pair": "thiếu dấu = sau tên",
    "Expected ']' at the end of a table declaration": "thiếu ] ở cuối tên bảng",
    "Expected ']]' at the end of an array declaration": "thiếu ]] ở cuối tên bảng",
    "Expected {key}": "thiếu {key}",
    "Found invalid character {key}": "có ký tự không dùng được {key}",
    "Illegal character {key}": "có ký tự không dùng được {key}",
    "Invalid date or datetime": "ngày hoặc giờ không có thật",
    "Invalid hex value": "mã ký tự sau dấu \\ không đúng",
    "Invalid initial character for a key part": "tên bắt đầu bằng ký tự không dùng được",
    "Invalid statement": "dòng này không phải tên = giá trị",
    "Invalid value": "giá trị không đúng",
    "Unclosed array": "danh sách không đóng bằng ]",
    "Unclosed inline table": "bảng không đóng bằng }}",
    "Unescaped '\\' in a string": "dấu \\ trong chuỗi phải viết là \\\\",
    "Unterminated string": "chuỗi không đóng bằng dấu nháy",
}
"""Why a text is no TOML."""

_THINGS: Mapping[str, str] = {
    "criteria set": "bộ tiêu chí", "rubric": "thang điểm", "evidence mapping": "quy định đọc minh chứng",
    "plan": "kế hoạch", "plan report": "báo cáo theo kế hoạch", "plan inheritance": "kế hoạch kế thừa",
    "report form": "biểu mẫu báo cáo", "procedure": "quy trình", "title procedure": "trình tự xét danh hiệu",
    "certificate form": "mẫu giấy công nhận", "personal data": "quy định dữ liệu cá nhân",
    "working days": "lịch ngày làm việc", "roll call": "quy định điểm danh", "section": "phần", "item": "mục",
    "indicator": "chỉ số", "source": "nguồn", "topic": "nội dung", "template": "mẫu", "activity": "hoạt động",
    "code": "mã", "id": "mã", "group": "nhóm", "column": "cột", "filing": "lần báo cáo", "reminder": "lần nhắc",
    "the step": "bước", "the purpose": "mục đích", "the request": "yêu cầu", "the day": "ngày",
    "Statement Template": "Statement Template", "kind of learning": "hình thức học",
}  # fmt: skip


def rule_fault_words(message: str) -> str:
    """What a fault or warning of a rule file says, in the language of the page."""
    return message if languages.chosen() == "en" else in_vietnamese(message)


def in_vietnamese(message: str) -> str:
    """The same in Vietnamese; as it is, where no sentence of it is known."""
    return _sentences().say(message) or statement_faults.in_vietnamese(message)


@cache
def _sentences() -> Sentences:
    return Sentences(_CHECKS, _SHAPES, _SAYS)


@cache
def _of_toml() -> Sentences:
    return Sentences(_TOML, {}, {})


def _meant(value: str) -> str:
    if value == "there are none yet":
        return "chưa có cái nào"
    if value.startswith("did you mean "):
        return f"có phải muốn viết {value.removeprefix('did you mean ')}"
    return f"hiện có: {value.removeprefix('there are ')}"


def _thing(value: str) -> str:
    """“plan 'a'” and “plan”: what is called, and its name, which stays."""
    for thing in sorted(_THINGS, key=lambda one: -len(one)):
        if value.replace("-", " ") == thing:
            return _THINGS[thing]
        if value.startswith((f"{thing} '", f'{thing} "')):
            return f"{_THINGS[thing]} {value[len(thing) + 1 :]}"
    return value


def _listed(value: str) -> str:
    return "(không có gì)" if value == "nothing" else value.replace(" or ", " hoặc ")


_SAYS: Mapping[str, Callable[[str], str]] = {
    "meant": _meant,
    "kind": _thing,
    "loaded": _thing,
    "repeated": _thing,
    "names": _listed,
    "toml": lambda value: _of_toml().say(value) or value,
}
